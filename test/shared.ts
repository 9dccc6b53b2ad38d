import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A path in the folder of reference data beside the repository, which not every checkout has. */
export const shared = (path: string): string => fileURLToPath(new URL(`../../shared/${path}`, import.meta.url));

/** Whether that data is here; where it is not, one line says which suite has nothing to run. */
export function hasShared(path: string): boolean {
  const here = existsSync(shared(path));
  if (!here) console.info(`../shared/${path} is not here: nothing to compare with.`);
  return here;
}
