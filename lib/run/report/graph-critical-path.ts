import { builtinOf } from '../../compiler/analyse/builtins.ts';
import { pathTimes } from '../../compiler/plan/paths.ts';
import type { Plan, PlannedStep } from '../../compiler/plan/plan.ts';
import type { StepTimes } from './step-record.ts';

/**
 * The critical path through a flow's graph, in milliseconds, with what its steps took: the least that the run would have taken
 * however its steps are arranged. The rounds of a loop follow one another; the items of a `map` take what the `map` did.
 */
export function graphCriticalPath(plan: Plan, times: readonly StepTimes[]): number {
  const took = new Map(times.map(({ step, ms }) => [step, ms]));
  const ofPlan = (part: Plan, prefix: string): number =>
    pathTimes(part.unfused ?? part, (planned) => {
      const ms = ofStep(planned, prefix);
      return { critical: ms, byLevel: ms };
    }).critical;
  const ofStep = ({ step, inner }: PlannedStep, prefix: string): number => {
    // What the compiler added moves values; it is no part of the flow's graph.
    if (step.added) return 0;
    const id = `${prefix}${step.id}`;
    const own = took.get(id) ?? 0;
    return inner && builtinOf(step) !== 'map' ? own + ofPlan(inner, `${id}.`) : own;
  };
  return ofPlan(plan, '');
}
