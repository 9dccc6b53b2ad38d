import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { hashOf } from '../../project/components/bundle-cache.ts';

const here = fileURLToPath(import.meta.url);
const programAt = (name: string): string => join(dirname(here), `${name}${extname(here)}`);
const isCheckout = extname(here) === '.ts';

/**
 * The file of the program that a sandbox runs. In a checkout it is bundled from its sources into `cache`, so that a sandbox
 * starts without a TypeScript loader.
 */
export async function sandboxProgram(cache: string): Promise<string> {
  const program = programAt('sandbox-main');
  if (!isCheckout) return program;
  const { outputFiles } = await build({
    entryPoints: [program],
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    write: false,
  });
  const code = outputFiles.map(({ text }) => text).join('');
  const file = join(cache, `sandbox-${hashOf(code).slice(0, 16)}.mjs`);
  if (!existsSync(file)) {
    mkdirSync(cache, { recursive: true });
    // Written atomically, because another process may be about to run it.
    writeFileSync(`${file}.${process.pid}`, code);
    renameSync(`${file}.${process.pid}`, file);
  }
  return file;
}

/** The file of the program that runs a whole flow, and Node's arguments. It is not bundled because it is much larger. */
export const flowProgram = (): { readonly file: string; readonly execArgv: string[] } => ({
  file: programAt('flow-process-main'),
  execArgv: isCheckout ? ['--import', import.meta.resolve('tsx')] : [],
});
