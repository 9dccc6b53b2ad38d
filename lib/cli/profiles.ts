import { dirname, resolve } from 'node:path';
import { profileBeside } from '../local/profile-file.ts';
import { type ReadProfile, readProfile } from '../plan/profile.ts';
import type { FlowFile } from './flow-files.ts';
import { readText } from './read-json.ts';
import type { Terminal } from './terminal.ts';

/** The option that names a flow's profile. */
export const PROFILE = {
  kind: 'text',
  value: 'FILE|none',
  summary:
    'measured seconds of the steps (default: NAME.profile.json beside the flow; without one, each takes a second)',
} as const;

/** Reads the profile of an option; one that cannot be read is wrong use, what is wrong in it is in its diagnostics. */
export const readProfileFile = async (file: string, terminal: Terminal): Promise<ReadProfile> =>
  readProfile(await readText(file, terminal), file);

/** The profile that a flow is compiled with: that of the option, else the one beside it, if any. */
export async function profileFor(
  { file }: FlowFile,
  option: string | undefined,
  terminal: Terminal,
): Promise<ReadProfile | undefined> {
  if (option === 'none') return undefined;
  if (option !== undefined) return readProfileFile(option, terminal);
  return profileBeside(file, dirname(resolve(terminal.cwd, file)));
}
