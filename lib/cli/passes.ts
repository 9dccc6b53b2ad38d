import type { CompileOptions } from '../compile.ts';
import { nearest } from '../flow/nearest.ts';
import { PASS_NAMES } from '../plan/passes/names.ts';
import { UsageError } from './errors.ts';

/** The option that leaves out passes of the optimiser. */
export const WITHOUT = {
  kind: 'list',
  value: 'PASS',
  summary: 'leave out a pass of the optimiser; may be repeated',
} as const;

/** Refuses the name of a pass that there is not. */
export function refuseUnknownPasses(names: readonly string[]): void {
  const unknown = names.find((name) => !PASS_NAMES.some((pass) => pass === name));
  if (unknown === undefined) return;
  const near = nearest(unknown, PASS_NAMES);
  const help = near === undefined ? `the passes are ${PASS_NAMES.join(', ')}` : `did you mean --without ${near}?`;
  throw new UsageError(`there is no pass "${unknown}"`, help);
}

/** A component of the project's own may have the name of a built-in one. */
export async function ownComponents(home: string): Promise<NonNullable<CompileOptions['opaque']>> {
  const [{ foldersFor }, { isOwn, lookupIn }] = await Promise.all([
    import('../local/folders.ts'),
    import('../local/needed.ts'),
  ]);
  return isOwn(lookupIn(foldersFor(home)));
}
