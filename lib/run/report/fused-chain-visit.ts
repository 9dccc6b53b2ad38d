import { readCause } from '../../protocol/cause.ts';
import type { Failure, StepRecord, Visit, VisitOutcome } from './step-record.ts';

/** How a step of a chain ended, and when. */
export interface EndedFusedStep {
  readonly record: StepRecord;
  readonly ending: VisitOutcome;
  readonly startMs: number;
  readonly endMs: number;
}

/** The step of a chain that a failure says it is of; the last one where it does not say, as of a function that was killed. */
export function failedFusedStep(
  { fusedSteps: links, step }: StepRecord,
  failure: Failure | undefined,
): StepRecord | undefined {
  const { link: failed } = readCause(failure?.cause).place;
  return links.find((link) => link.step.id === (failed?.step ?? step.id));
}

/**
 * What became of the steps of a chain, in order, where a visit to their state ends so. Those that its function did not come
 * to are not among them. Where it told what each took, they ended with the visit; else all share the visit's time.
 */
export function endedFusedSteps(visit: Visit, ending: VisitOutcome, endMs: number): readonly EndedFusedStep[] {
  const { record, failure } = visit;
  const { link: failed } = readCause(failure?.cause).place;
  const took = failed?.times ?? visit.fusedStepTimes;
  const last = record.fusedSteps.findIndex(({ step }) => step.id === (failed?.step ?? record.step.id));
  const reached = record.fusedSteps.slice(0, last + 1);
  const total = reached.reduce((sum, { step }) => sum + (took?.[step.id] ?? 0), 0);
  let at = Math.max(visit.startMs, endMs - total);
  return reached.map((link, index) => {
    const ms = took?.[link.step.id];
    const own = index === last ? ending : endingOf(ms, ending);
    if (took === undefined) return { record: link, ending: own, startMs: visit.startMs, endMs };
    const startMs = at;
    at = index === last ? endMs : Math.min(endMs, at + (ms ?? 0));
    return { record: link, ending: own, startMs, endMs: at };
  });
}

/** How a step before the last ended. Of a call that was broken off nobody knows how far it came. */
function endingOf(ms: number | null | undefined, whole: VisitOutcome): VisitOutcome {
  if (ms === undefined) return whole === 'succeeded' || whole === 'skipped' ? 'succeeded' : 'cancelled';
  return ms === null ? 'skipped' : 'succeeded';
}
