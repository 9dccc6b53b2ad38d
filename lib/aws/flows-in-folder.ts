import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { flowNameOf, isFlowName } from '../project/flow-names.ts';
import { isFlowIn } from '../project/flow-text.ts';
import { readTextFileSync } from '../project/text-files.ts';

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
  const flows = files.filter((file) => isFlowIn(file, () => readTextFileSync(join(folder, file))));
  return flows.map((file) => {
    const name = flowNameOf(file);
    // Of files that differ in their ending alone, the first has the name without it.
    const isFirst = flows.find((one) => flowNameOf(one) === name) === file;
    return { file: join(folder, file), name: isFirst ? name : file.replaceAll('\\', '/') };
  });
}
