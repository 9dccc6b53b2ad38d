import type { CompileOptions } from '../compile.ts';
import { nearest } from '../flow/nearest.ts';
import { ON_REQUEST, PASS_NAMES } from '../plan/passes/names.ts';
import { UsageError } from './errors.ts';

/** The option that leaves out passes of the optimiser. */
export const WITHOUT = {
  kind: 'list',
  value: 'PASS',
  summary: 'leave out a pass of the optimiser; may be repeated',
} as const;

/** The option that asks for passes that run on request only. */
export const WITH = {
  kind: 'list',
  value: 'PASS',
  summary: `run a pass that the flow does not ask for: ${ON_REQUEST.join(', ')}; may be repeated`,
} as const;

/** What was given of {@link WITHOUT} and {@link WITH}. */
interface GivenPasses {
  readonly without?: readonly string[] | undefined;
  readonly with?: readonly string[] | undefined;
}

/** The passes to compile with, and without. Throws a UsageError for an unknown name. */
export function passesOf({
  without = [],
  with: also = [],
}: GivenPasses): Required<Pick<CompileOptions, 'without' | 'with'>> {
  refuseUnknown(without, '--without', PASS_NAMES);
  refuseUnknown(also, '--with', ON_REQUEST);
  return { without, with: also };
}

function refuseUnknown(names: readonly string[], option: string, takes: readonly string[]): void {
  const unknown = names.find((name) => !takes.includes(name));
  if (unknown === undefined) return;
  const near = nearest(unknown, takes);
  const help = near === undefined ? `${option} takes ${takes.join(', ')}` : `did you mean ${option} ${near}?`;
  const isPass = PASS_NAMES.some((pass) => pass === unknown);
  throw new UsageError(isPass ? `the pass "${unknown}" always runs` : `there is no pass "${unknown}"`, help);
}

/** A component of the project's own may have the name of a built-in one. */
export async function ownComponents(home: string): Promise<NonNullable<CompileOptions['opaque']>> {
  const [{ foldersFor }, { isOwn, lookupIn }] = await Promise.all([
    import('../local/folders.ts'),
    import('../local/needed.ts'),
  ]);
  return isOwn(lookupIn(foldersFor(home)));
}
