import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { profileFileOf, type ReadProfile, readProfile } from '../compiler/plan/profile.ts';

/**
 * The profile that lies beside a flow's file: `NAME.profile.json`. It belongs to the flow as its components do, so that
 * what is run, tested, shown and deployed is arranged alike. Undefined where there is none. `file`: as messages are to
 * name the flow's; `home`: the folder that it is in.
 */
export function profileBeside(file: string, home: string = dirname(file)): ReadProfile | undefined {
  const name = profileFileOf(file);
  const place = join(home, basename(name));
  return statSync(place, { throwIfNoEntry: false })?.isFile()
    ? readProfile(readFileSync(place, 'utf8'), name)
    : undefined;
}
