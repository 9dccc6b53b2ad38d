import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The nearest file or folder called `name` in `folder` or its parents; undefined if there is none. */
export function findUp(name: string, folder: string): string | undefined {
  const here = resolve(folder);
  const candidate = join(here, name);
  if (existsSync(candidate)) return candidate;
  const parent = dirname(here);
  return parent === here ? undefined : findUp(name, parent);
}
