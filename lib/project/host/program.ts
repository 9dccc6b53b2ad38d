import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleProgram } from '../components/bundle.ts';
import { isCheckout } from '../components/package-files.ts';

const here = fileURLToPath(import.meta.url);

/** The programs of the processes that components run in, and where they are from here. */
const FOLDERS = { 'host-main': '.', 'sandbox-main': '../../run/sandbox' } as const;

/**
 * The file of a program that components run in. In a checkout it is bundled from its sources, so that it starts without a
 * TypeScript loader.
 */
export async function programFile(name: keyof typeof FOLDERS): Promise<string> {
  const program = join(dirname(here), FOLDERS[name], `${name}${extname(here)}`);
  return isCheckout ? bundleProgram(name, program) : program;
}
