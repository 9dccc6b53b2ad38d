import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { hashOf } from '../../components/bundle-cache.ts';

const here = fileURLToPath(import.meta.url);
const PROGRAM = join(dirname(here), `sandbox-main${extname(here)}`);

/**
 * The file of the program that a sandbox runs. In a checkout it is made of its sources and kept in `cache`: a sandbox is
 * to start as fast as it can, without what else runs TypeScript.
 */
export async function sandboxProgram(cache: string): Promise<string> {
  if (extname(here) !== '.ts') return PROGRAM;
  const { outputFiles } = await build({
    entryPoints: [PROGRAM],
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
    // Another process may be about to run it.
    writeFileSync(`${file}.${process.pid}`, code);
    renameSync(`${file}.${process.pid}`, file);
  }
  return file;
}
