import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A path in the folder of reference data beside the repository, which may be absent. */
export const shared = (path: string): string => fileURLToPath(new URL(`../../shared/${path}`, import.meta.url));

/** Whether that data is present; if not, prints a line. */
export function hasShared(path: string): boolean {
  const here = existsSync(shared(path));
  if (!here) console.info(`../shared/${path} is not present: nothing to compare with.`);
  return here;
}
