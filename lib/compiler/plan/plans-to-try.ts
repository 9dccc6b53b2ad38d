import type { Analysis } from '../analyse/analysis.ts';
import type { OptimisedFlow } from '../passes/optimise-flow.ts';
import { type OptimisedPlan, optimisePlan, type PlanPassOptions } from '../passes/optimise-plan.ts';
import { PAYLOAD_ENLARGING, type PassName } from '../passes/passes.ts';
import type { Durations } from './durations.ts';
import { makePlan } from './make-plan.ts';

/** A flow, and what it is to be planned with. */
export interface PlanningInput {
  /** The flow as written. */
  readonly analysis: Analysis;
  /** What the passes over flows have made of it. */
  readonly optimised: OptimisedFlow;
  readonly durations: Durations;
  readonly options: PlanPassOptions;
}

/**
 * The plans of a flow, the best first, since what passes make part of others, or bring together in a Map or a function,
 * may be too large for a payload: with all passes, then without one of those that join, without any of them, and at last
 * of the flow as it is written. Each is only made when it is asked for.
 */
export function* plansToTry({ analysis, optimised, durations, options }: PlanningInput): Generator<OptimisedPlan> {
  const planned = makePlan(optimised.analysis, durations);
  const leavingOut = (tooLarge: readonly PassName[]): OptimisedPlan => {
    const { plan, passes, absorbed } = optimisePlan(planned, { ...options, tooLarge: new Set(tooLarge) });
    return { plan, passes: [...optimised.passes, ...passes], absorbed: [...optimised.absorbed, ...absorbed] };
  };
  const first = leavingOut([]);
  yield first;
  const joined = PAYLOAD_ENLARGING.filter((name) =>
    first.passes.some((pass) => pass.name === name && pass.changes.length > 0),
  );
  for (const name of joined) yield leavingOut([name]);
  if (joined.length > 1) yield leavingOut(joined);
  yield optimisePlan(makePlan(analysis, durations), { ...options, tooLarge: new Set(PAYLOAD_ENLARGING) });
}
