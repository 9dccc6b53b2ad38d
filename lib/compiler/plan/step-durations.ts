import type { Step } from '../../flow/flow.ts';
import { literalWait } from '../analyse/builtins.ts';
import { type Durations, durationsInside } from './durations.ts';
import { pathTimes } from './paths.ts';
import { linksOf, type Plan, type PlannedStep } from './plan.ts';

/** What a step takes in the arrangement, in seconds; one that runs a flow written out, what that flow takes at least. */
export function secondsOfStep(
  { step, inner }: { readonly step: Step | undefined; readonly inner: Plan | undefined },
  cost: Durations,
): number {
  if (!step || step.added) return 0;
  const { id, component } = step;
  const inside = inner ? secondsInside(inner, durationsInside(cost, id)) : secondsOfWait(step);
  return cost({ id, component, ...(inside !== undefined && { inside }) });
}

/** What the call of a step takes, that of a chain for all its steps, in seconds. */
export const secondsOfCall = (planned: PlannedStep, cost: Durations): number =>
  linksOf(planned).reduce((sum, { step, inner }) => sum + secondsOfStep({ step, inner }, cost), 0);

function secondsInside(plan: Plan, cost: Durations): number {
  const times = pathTimes(plan, ({ step, inner }) => {
    const seconds = secondsOfStep({ step, inner }, cost);
    return { critical: seconds, byLevel: seconds };
  });
  return times.critical;
}

function secondsOfWait(step: Step): number | undefined {
  const ms = literalWait(step);
  return ms === undefined ? undefined : ms / 1000;
}
