import { bytesOf } from '../../runtime/spill/spill.ts';
import { builtinOf } from '../analyse/builtins.ts';
import { isStepUse, isUseOf, mayBeMissing, spreadsSkip, type Use, usesOf } from '../analyse/uses.ts';
import type { Plan, PlannedStep } from '../plan/plan.ts';
import { lastIn } from '../plan/plan-tree.ts';
import type { PlanPass } from './pass.ts';
import { isGuarded } from './share-guards.ts';

/**
 * Bytes that the checked paths may take in the payload of the last step: they reduce the space for its values.
 */
const MAX_BYTES = 8_000;

/** States that a run enters without this pass: a Choice that checks for missing values, and the state with the output. */
const SAVED_TRANSITIONS = 2;

/**
 * If one step runs after all others, its function checks that nothing that the output reads is missing, so that its state
 * can end the flow. The function of an earlier step could not: a later step may still fail with another error code.
 */
export const checkOutput: PlanPass<'check-output'> = {
  rewrites: 'plan',
  name: 'check-output',
  title: 'the last step checks that nothing that the output reads is missing',
  enlargesPayloads: true,
  rewrite: (plan, { within }) => {
    // The onError of an `iterate` handles a failure in its output, but not the EXPRESSION_FAILURE of a function.
    const isInIterate = within !== undefined && builtinOf(within) === 'iterate';
    const last = isInIterate ? undefined : lastStep(plan);
    const checks = last && usesToCheck(last, plan);
    if (!last || !checks) return { plan, changes: [], saved: { transitions: 0 } };
    const { id } = last.step;
    return {
      plan: { ...plan, steps: new Map(plan.steps).set(id, { ...last, checks }) },
      changes: [{ steps: [id], what: 'ends the flow: its function checks the output' }],
      saved: { transitions: SAVED_TRANSITIONS },
    };
  },
};

/** The step that runs after all others, if its function is called in every run. */
function lastStep(plan: Plan): PlannedStep | undefined {
  const planned = plan.steps.get(lastIn(plan.tree) ?? '');
  if (!planned || builtinOf(planned.step) || planned.step.added || planned.step.waits) return undefined;
  const { action } = planned.step.onError;
  const mayContinue = action !== 'fail' && action !== 'retry';
  return mayContinue || isGuarded(planned, plan) || planned.laterDeciders.size > 0 ? undefined : planned;
}

/** The uses of the output that may be missing, in order; undefined if there are none, or if the step cannot check them. */
function usesToCheck({ step: { id } }: PlannedStep, { output }: Plan): readonly Use[] | undefined {
  const uses = output.filter((use) => mayBeMissing(use));
  // If the step is skipped, so is the flow, whatever is missing.
  const isSkippedWith = output.some((use) => isUseOf(use, id) && spreadsSkip(use) && use.gates.length === 0);
  if (!uses.some(isStepUse) || !isSkippedWith || bytesOfPaths(uses) > MAX_BYTES) return undefined;
  return output.every((use) => isDecidedBefore(use, id)) ? uses : undefined;
}

const bytesOfPaths = (uses: readonly Use[]): number =>
  uses.reduce((sum, { reference, field }) => sum + 2 * bytesOf(reference.path.text) + bytesOf(field), 0);

/** Whether it is known before the step runs if a use is evaluated. */
const isDecidedBefore = (use: Use, id: string): boolean =>
  use.reference.kind !== 'variable' &&
  (isUseOf(use, id) ? use.gates.length === 0 || !mayBeMissing(use) : !isGatedBy(use, id));

/** Whether the result of a step decides if a use is evaluated. */
const isGatedBy = ({ gates }: Use, id: string): boolean =>
  gates.some(({ of }) => usesOf(of).some((use) => isUseOf(use, id)));
