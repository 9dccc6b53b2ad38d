import type { Analysis } from '../analyse/analysis.ts';
import type { OptimisedFlow } from '../passes/optimise-flow.ts';
import { type OptimisedPlan, optimisePlan, type PlanPassOptions } from '../passes/optimise-plan.ts';
import { PASS_NAMES, PAYLOAD_ENLARGING, type PassName } from '../passes/passes.ts';
import type { Durations } from './durations.ts';
import { makePlan } from './make-plan.ts';

/** An optimised flow, and how to plan it. */
export interface PlanningInput {
  /** The flow before the passes over flows. */
  readonly analysis: Analysis;
  /** The flow after them. */
  readonly optimised: OptimisedFlow;
  readonly durations: Durations;
  readonly options: PlanPassOptions;
}

/**
 * The plans of a flow, the best first. Passes that join values or steps in one state or function may make too much for a
 * payload. So the plan with all passes is followed by those without one of the joining passes, by that without any of them,
 * by that of the flow without any pass over flows, and by that without any pass at all. Plans are made lazily.
 */
export function* plansToTry({ analysis, optimised, durations, options }: PlanningInput): Generator<OptimisedPlan> {
  const planned = makePlan(optimised.analysis, durations);
  const planWithout = (tooLarge: readonly PassName[]): OptimisedPlan => {
    const { plan, passes, absorbed } = optimisePlan(planned, { ...options, tooLarge: new Set(tooLarge) });
    return { plan, passes: [...optimised.passes, ...passes], absorbed: [...optimised.absorbed, ...absorbed] };
  };
  const first = planWithout([]);
  yield first;
  const joined = PAYLOAD_ENLARGING.filter((name) =>
    first.passes.some((pass) => pass.name === name && pass.changes.length > 0),
  );
  for (const name of joined) yield planWithout([name]);
  if (joined.length > 1) yield planWithout(joined);
  const asWritten = makePlan(analysis, durations);
  const rearranged = optimisePlan(asWritten, { ...options, tooLarge: new Set(PAYLOAD_ENLARGING) });
  yield rearranged;
  // What a pass puts into one state, or before several, no split divides.
  if (rearranged.passes.some(({ changes }) => changes.length > 0))
    yield optimisePlan(asWritten, { ...options, without: new Set(PASS_NAMES) });
}
