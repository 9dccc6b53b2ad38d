// Loader hooks for a checkout. Component bundles are built JavaScript: tsx would transform them once more, and their
// source maps, which map to the lines of the components' sources, would be lost.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const BUNDLE = /\/\.stepflow\/bundles\/.*\.mjs(?:\?|$)/;

/** Loads a bundle unchanged, and leaves everything else to the next hook. */
export async function load(url, context, next) {
  if (!BUNDLE.test(url)) return next(url, context);
  return { format: 'module', source: await readFile(fileURLToPath(url)), shortCircuit: true };
}
