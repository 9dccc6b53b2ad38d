import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sourceArguments } from '../../project/host/program.ts';

const here = fileURLToPath(import.meta.url);

/** The file of the program that runs a whole flow, and Node's arguments. It is not bundled because it is large. */
export const flowProgram = (): { readonly file: string; readonly execArgv: string[] } => ({
  file: join(dirname(here), `flow-process-main${extname(here)}`),
  execArgv: sourceArguments(),
});
