// Loader hooks for a checkout. Component bundles are built JavaScript: tsx would only transform them once more, and their
// own source maps, which lead to the components' lines, would be lost.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const BUNDLE = /\/\.stepflow\/bundles\/.*\.mjs(?:\?|$)/;

/** Loads what is a bundle as it is, and leaves all else to the next hook. */
export async function load(url, context, next) {
  if (!BUNDLE.test(url)) return next(url, context);
  return { format: 'module', source: await readFile(fileURLToPath(url)), shortCircuit: true };
}
