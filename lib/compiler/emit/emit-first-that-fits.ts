import { type Diagnostic, hasError } from '../../diagnostics/diagnostics.ts';
import type { Plan } from '../plan/plan.ts';
import type { Emitted } from './emit.ts';
import { emitWithinLimits, type Target } from './split/emit-within.ts';

/** What was emitted of several plans. */
export interface FirstThatFits<Candidate> {
  /** The first that is within the limits, and what was emitted of it; absent where there is none. */
  readonly fitting?: { readonly candidate: Candidate; readonly emitted: Emitted };
  /** Those of that plan, or of the last that was tried. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Emits one plan after the other until one has no errors: as they are, and then with values packed. */
export function emitFirstThatFits<Candidate extends { readonly plan: Plan }>(
  candidates: Iterable<Candidate>,
  target: Target,
): FirstThatFits<Candidate> {
  const tried: Candidate[] = [];
  const asIs = emitFirst(noting(candidates, tried), target);
  return asIs.fitting ? asIs : emitFirst(tried, { ...target, packs: true });
}

/** Items, each noted when it is taken: making a candidate takes its time. */
function* noting<Item>(items: Iterable<Item>, taken: Item[]): Generator<Item> {
  for (const item of items) {
    taken.push(item);
    yield item;
  }
}

function emitFirst<Candidate extends { readonly plan: Plan }>(
  candidates: Iterable<Candidate>,
  target: Target,
): FirstThatFits<Candidate> {
  let last: readonly Diagnostic[] = [];
  for (const candidate of candidates) {
    const diagnostics: Diagnostic[] = [];
    const emitted = emitWithinLimits(candidate.plan, target, diagnostics);
    const failed = hasError(diagnostics);
    if (emitted && !failed) return { fitting: { candidate, emitted }, diagnostics };
    last = diagnostics;
  }
  return { diagnostics: last };
}
