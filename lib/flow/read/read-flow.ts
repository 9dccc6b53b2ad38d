import { Reporter } from '../../diagnostics/diagnostics.ts';
import { readTree } from '../text/read-tree.ts';
import { readStarts } from '../triggers/read-starts.ts';
import { type ReadFlow, readWholeFlow } from './read-flow-tree.ts';

/** Reads a flow in any of the dialects, from YAML or JSON. `file` names it in diagnostics. */
export function readFlow(source: string, file: string): ReadFlow {
  const reporter = new Reporter(file);
  const tree = readTree(source, reporter);
  const read = readWholeFlow(tree, file, reporter);
  // Only a flow that is a file can be started by events: see `flow.triggers`.
  return read.flow && tree ? { ...read, flow: { ...read.flow, ...readStarts(tree, read.flow, reporter) } } : read;
}
