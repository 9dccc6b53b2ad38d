import type { Compiled } from '../compile.ts';
import type { Diagnostic } from '../flow/diagnostics.ts';
import { type ReadProfile, readProfile, unknownSteps } from '../plan/profile.ts';
import { readText } from './read-json.ts';
import type { Terminal } from './terminal.ts';

/** A profile that an option named, with its text for diagnostics that point into it. */
export interface ProfileFile extends ReadProfile {
  readonly text: string;
}

/** Reads the profile of an option; one that cannot be read is wrong use, what is wrong in it is in its diagnostics. */
export async function readProfileFile(file: string, terminal: Terminal): Promise<ProfileFile> {
  const text = await readText(file, terminal);
  return { ...readProfile(text, file), text };
}

/** All that is to be told of a flow and its profiles; of a flow or a profile that is broken, only why. */
export function allDiagnostics(
  profiles: readonly ReadProfile[],
  { stateMachine, steps, diagnostics }: Pick<Compiled, 'stateMachine' | 'steps' | 'diagnostics'>,
): readonly Diagnostic[] {
  const ofProfiles = profiles.flatMap((read) => [
    ...read.diagnostics,
    ...(read.profile && stateMachine ? unknownSteps(read, steps) : []),
  ]);
  return [...ofProfiles, ...diagnostics];
}
