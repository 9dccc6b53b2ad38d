import { text } from 'node:stream/consumers';
import { type Bundle, BundleError, bundle, type ComponentFile, loadBundle } from '../components/index.ts';
import type { Preparation, PrepareRequest } from './prepared-component.ts';

// The other side of prepareComponents: a request on standard input, an answer on standard output.

/** All at once, because that is fast; where one is at fault each alone, so that the others are not held guilty. */
async function prepare(sources: readonly ComponentFile[], outDir: string): Promise<Preparation[]> {
  try {
    return await Promise.all((await bundle(sources, { outDir })).map(describe));
  } catch (error) {
    if (!(error instanceof BundleError)) throw error;
    const [only, ...others] = sources;
    if (only && others.length === 0) return [{ source: only, diagnostics: error.diagnostics }];
    const alone: Preparation[] = [];
    for (const source of sources) alone.push(...(await prepare([source], outDir)));
    return alone;
  }
}

async function describe(made: Bundle): Promise<Preparation> {
  const { description, memorySize, timeout } = await loadBundle(made);
  return {
    source: made.component,
    bundle: made.folder,
    ...(description !== undefined && { description }),
    ...(memorySize !== undefined && { memorySize }),
    ...(timeout !== undefined && { timeout }),
  };
}

const { sources, outDir }: PrepareRequest = JSON.parse(await text(process.stdin));
process.stdout.write(JSON.stringify(await prepare(sources, outDir)));
