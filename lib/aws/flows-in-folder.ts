import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Reporter } from '../diagnostics/diagnostics.ts';
import { readTree } from '../flow/text/tree.ts';
import { flowNameOf, isFlowName } from '../project/flow-names.ts';

/** A flow of a folder. */
export interface FlowInFolder {
  /** Its file, from the working directory. */
  readonly file: string;
  /** Its name in the API: the path of its file in the folder, without the ending. */
  readonly name: string;
}

/** The flows in a folder and below it, in the order of their files. Throws if the folder cannot be read. */
export function flowsInFolder(folder: string): readonly FlowInFolder[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(isFlowName).sort();
  const flows = files.filter((file) => file === basename(file) || isFlowText(readFileSync(join(folder, file), 'utf8')));
  return flows.map((file) => {
    const name = flowNameOf(file);
    // Of files that differ in their ending alone, the first has the name without it.
    const isFirst = flows.find((one) => flowNameOf(one) === name) === file;
    return { file: join(folder, file), name: isFirst ? name : file.replaceAll('\\', '/') };
  });
}

/** Whether a text is meant as a flow. Subfolders also have files that flows read. */
function isFlowText(source: string): boolean {
  const tree = readTree(source, new Reporter(''));
  if (tree === undefined) return true;
  if (tree.kind === 'map') return tree.entries.has('steps') || tree.entries.has('output');
  return tree.kind === 'list' && tree.items.some((item) => item.kind === 'map' && item.entries.has('component'));
}
