import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { FLOWS_FILE, type FlowFacts } from '../../lambdas/_system/deployed-flows.ts';
import { FUNCTION_BUILD } from '../project/components/function-build.ts';

const here = fileURLToPath(import.meta.url);
const SOURCE = join(dirname(here), `../../lambdas/_system/api${extname(here)}`);

/** Bundles the API's function into `folder`, with what is known of the flows at synthesis beside it. */
export function bundleApi(folder: string, flows: { readonly [name: string]: FlowFacts }): void {
  mkdirSync(folder, { recursive: true });
  buildSync({
    entryPoints: [SOURCE],
    outfile: join(folder, 'index.mjs'),
    ...FUNCTION_BUILD,
  });
  writeFileSync(join(folder, FLOWS_FILE), JSON.stringify(flows));
}
