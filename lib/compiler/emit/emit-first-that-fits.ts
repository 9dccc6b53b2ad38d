import type { Diagnostic } from '../../diagnostics/diagnostics.ts';
import type { Plan } from '../plan/plan.ts';
import type { Emitted } from './emit.ts';
import { emitWithinLimits, type Target } from './split/emit-within.ts';

/** What was written of several plans. */
export interface FirstThatFits<Candidate> {
  /** The first of which all is within the limits, and what it was written as; absent where there is none. */
  readonly fitting?: { readonly candidate: Candidate; readonly emitted: Emitted };
  /** Of that one; else of the last that was tried. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Writes one plan after the other as a state machine, or several, until one has no errors. */
export function emitFirstThatFits<Candidate extends { readonly plan: Plan }>(
  candidates: Iterable<Candidate>,
  target: Target,
): FirstThatFits<Candidate> {
  let last: readonly Diagnostic[] = [];
  for (const candidate of candidates) {
    const diagnostics: Diagnostic[] = [];
    const emitted = emitWithinLimits(candidate.plan, target, diagnostics);
    const failed = diagnostics.some(({ severity }) => severity === 'error');
    if (emitted && !failed) return { fitting: { candidate, emitted }, diagnostics };
    last = diagnostics;
  }
  return { diagnostics: last };
}
