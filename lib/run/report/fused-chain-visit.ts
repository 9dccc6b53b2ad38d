import { readCause } from '../../protocol/cause.ts';
import type { Failure, StepRecord, Visit, VisitOutcome } from './step-record.ts';

/** How and when a step of a fused chain ended. */
export interface EndedFusedStep {
  readonly record: StepRecord;
  readonly ending: VisitOutcome;
  readonly startMs: number;
  readonly endMs: number;
}

/** The step of a fused chain that failed; the last one if the failure does not name it, as for a killed function. */
export function failedFusedStep(
  { fusedSteps, step }: StepRecord,
  failure: Failure | undefined,
): StepRecord | undefined {
  const { link: failed } = readCause(failure?.cause).place;
  return fusedSteps.find((record) => record.step.id === (failed?.step ?? step.id));
}

/**
 * How the steps of a fused chain ended, in order, when the visit to their state ended with `ending`. Steps that the function
 * did not reach are left out. If the function reported times, the steps end with the visit; else all have the visit's times.
 */
export function endedFusedSteps(visit: Visit, ending: VisitOutcome, endMs: number): readonly EndedFusedStep[] {
  const { record, failure } = visit;
  const { link: failed } = readCause(failure?.cause).place;
  const times = failed?.times ?? visit.fusedStepTimes;
  const last = record.fusedSteps.findIndex(({ step }) => step.id === (failed?.step ?? record.step.id));
  const reached = record.fusedSteps.slice(0, last + 1);
  const total = reached.reduce((sum, { step }) => sum + (times?.[step.id] ?? 0), 0);
  let at = Math.max(visit.startMs, endMs - total);
  return reached.map((fused, index) => {
    const ms = times?.[fused.step.id];
    const own = index === last ? ending : endingOf(ms, ending);
    if (times === undefined) return { record: fused, ending: own, startMs: visit.startMs, endMs };
    const startMs = at;
    at = index === last ? endMs : Math.min(endMs, at + (ms ?? 0));
    return { record: fused, ending: own, startMs, endMs: at };
  });
}

/** How a step before the last one ended. If the call was interrupted, it is unknown which steps it completed. */
function endingOf(ms: number | null | undefined, whole: VisitOutcome): VisitOutcome {
  if (ms === undefined) return whole === 'succeeded' || whole === 'skipped' ? 'succeeded' : 'cancelled';
  return ms === null ? 'skipped' : 'succeeded';
}
