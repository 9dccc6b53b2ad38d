import { type ReadProfile, readProfile } from '../compiler/plan/profile.ts';
import { readText } from './read-json.ts';
import type { Terminal } from './terminal.ts';

/** The option that names a flow's profile. */
export const PROFILE_OPTION = {
  kind: 'text',
  value: 'FILE|none',
  summary:
    'measured seconds of the steps (default: NAME.profile.json beside the flow; without one, each takes a second)',
} as const;

/** Reads the profile of an option; one that cannot be read is wrong use, what is wrong in it is in its diagnostics. */
export const readProfileFile = async (file: string, terminal: Terminal): Promise<ReadProfile> =>
  readProfile(await readText(file, terminal), file);

/** What {@link PROFILE_OPTION} says of the profile that a flow is opened with: without it, the one beside the flow, if any. */
export async function profileOption(
  option: string | undefined,
  terminal: Terminal,
): Promise<{ readonly profileFile?: ReadProfile | 'none' }> {
  if (option === undefined) return {};
  return { profileFile: option === 'none' ? 'none' : await readProfileFile(option, terminal) };
}
