import type { Step } from '../../flow/flow.ts';
import { literalWait } from '../analyse/builtins.ts';
import { type Durations, durationsInside } from './durations.ts';
import { pathTimes } from './paths.ts';
import { fusedStepsOf, type Plan, type PlannedStep } from './plan.ts';

/**
 * The seconds of a step in the arrangement. A step with an inner flow takes that flow's critical path, unless its own duration
 * was measured. Steps that the compiler added take none.
 */
export function secondsOfStep(
  { step, inner }: { readonly step: Step | undefined; readonly inner: Plan | undefined },
  durations: Durations,
): number {
  if (!step || step.added) return 0;
  const { id, component } = step;
  const inside = inner ? secondsInside(inner, durationsInside(durations, id)) : secondsOfWait(step);
  return durations({ id, component, ...(inside !== undefined && { inside }) });
}

/** The seconds of the call of a step's function, which runs all steps of a fused chain. */
export const secondsOfCall = (planned: PlannedStep, durations: Durations): number =>
  fusedStepsOf(planned).reduce((sum, { step, inner }) => sum + secondsOfStep({ step, inner }, durations), 0);

function secondsInside(plan: Plan, durations: Durations): number {
  const times = pathTimes(plan, ({ step, inner }) => {
    const seconds = secondsOfStep({ step, inner }, durations);
    return { critical: seconds, byLevel: seconds };
  });
  return times.critical;
}

function secondsOfWait(step: Step): number | undefined {
  const ms = literalWait(step);
  return ms === undefined ? undefined : ms / 1000;
}
