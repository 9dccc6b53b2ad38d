import type { CompiledStep } from '../compile.ts';
import { foldersFor } from './folders.ts';
import { loadFunctions } from './functions.ts';
import { componentsFor, lookupIn } from './needed.ts';

/** MB of memory that components ask for, by path; of one that says nothing, or has no file, undefined. */
export async function memorySizes(
  steps: readonly CompiledStep[],
  file: string,
  home: string,
): Promise<(component: string) => number | undefined> {
  const folders = foldersFor(home);
  const lookup = lookupIn(folders);
  const { files } = componentsFor(steps, file, lookup);
  if (files.length === 0) return () => undefined;
  const { loaded } = await loadFunctions(files, folders.bundles);
  return (component) => loaded.get(lookup.catalog.resolve(component)?.path ?? component)?.memorySize;
}
