import { Reporter } from '../../diagnostics/diagnostics.ts';
import { readTree } from '../text/read-tree.ts';
import { type ReadFlow, readWholeFlow } from './read-flow-tree.ts';

/** Reads a flow in any of the dialects, from YAML or JSON. `file` names it in diagnostics. */
export function readFlow(source: string, file: string): ReadFlow {
  const reporter = new Reporter(file);
  return readWholeFlow(readTree(source, reporter), file, reporter);
}
