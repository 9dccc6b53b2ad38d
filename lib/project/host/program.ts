import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleProgram } from '../components/bundle.ts';

const here = fileURLToPath(import.meta.url);
const isCheckout = extname(here) === '.ts';

/** The programs of the processes that components run in, and where they are from here. */
const FOLDERS = { 'host-main': '.', 'sandbox-main': '../../run/sandbox' } as const;

/**
 * The file of a program that components run in. In a checkout it is bundled from its sources, so that it starts without a
 * TypeScript loader. `bundles`: the folder of the bundles.
 */
export async function programFile(name: keyof typeof FOLDERS, bundles: string): Promise<string> {
  const program = join(dirname(here), FOLDERS[name], `${name}${extname(here)}`);
  return isCheckout ? bundleProgram(name, program, bundles) : program;
}

/** The arguments of Node for a program that is not bundled because it is large. */
export const sourceArguments = (): string[] => (isCheckout ? ['--import', import.meta.resolve('tsx')] : []);
