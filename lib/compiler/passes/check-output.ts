import { bytesOf } from '../../runtime/spill/spill.ts';
import { builtinOf } from '../analyse/builtins.ts';
import { isStepUse, isUseOf, mayBeMissing, spreadsSkip, type Use, usesOf } from '../analyse/uses.ts';
import type { Plan, PlannedStep } from '../plan/plan.ts';
import { lastIn } from '../plan/plan-tree.ts';
import type { PlanPass } from './pass.ts';
import { isGuarded } from './share-guards.ts';

/**
 * Bytes of what is looked for. It stands in the payload of the last step, and what it takes there is taken from the values.
 */
const MAX_BYTES = 8_000;

/** What a run enters otherwise: a Choice that looks for what is missing, and the state that gives the output. */
const SAVED_TRANSITIONS = 2;

/**
 * Where one step is the last of all that runs, its function looks whether the output has all that it reads, so that its
 * state can be the flow's last. That of an earlier step could not: steps after it may still fail by another code.
 */
export const checkOutput: PlanPass<'check-output'> = {
  rewrites: 'plan',
  name: 'check-output',
  title: 'the last step looks for what the output reads',
  enlargesPayloads: true,
  rewrite: (plan, { within }) => {
    // What covers the failure of an `iterate` covers its output, but no function's EXPRESSION_FAILURE.
    const isCovered = within !== undefined && builtinOf(within) === 'iterate';
    const last = isCovered ? undefined : lastStep(plan);
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

/** The step that all others come before, where a function runs for it in every run. */
function lastStep(plan: Plan): PlannedStep | undefined {
  const planned = plan.steps.get(lastIn(plan.tree) ?? '');
  if (!planned || builtinOf(planned.step) || planned.step.added) return undefined;
  const { action } = planned.step.onError;
  const mayGoOn = action !== 'fail' && action !== 'retry';
  return mayGoOn || isGuarded(planned, plan) || planned.laterDeciders.size > 0 ? undefined : planned;
}

/** What of the output may be missing, in its order; undefined where nothing may, or where the step cannot know. */
function usesToCheck({ step: { id } }: PlannedStep, { output }: Plan): readonly Use[] | undefined {
  const uses = output.filter((use) => mayBeMissing(use));
  // Where the step is skipped, so is the flow, whatever is missing.
  const isSkippedWith = output.some((use) => isUseOf(use, id) && spreadsSkip(use) && use.gates.length === 0);
  if (!uses.some(isStepUse) || !isSkippedWith || bytesOfPaths(uses) > MAX_BYTES) return undefined;
  return output.every((use) => isKnown(use, id)) ? uses : undefined;
}

const bytesOfPaths = (uses: readonly Use[]): number =>
  uses.reduce((sum, { reference, field }) => sum + 2 * bytesOf(reference.path.text) + bytesOf(field), 0);

/** Whether it can be told before the step runs if a use is evaluated. */
const isKnown = (use: Use, id: string): boolean =>
  use.reference.kind !== 'variable' &&
  (isUseOf(use, id) ? use.gates.length === 0 || !mayBeMissing(use) : !asks(use, id));

/** Whether a step decides where a use is evaluated. */
const asks = ({ gates }: Use, id: string): boolean =>
  gates.some(({ of }) => usesOf(of).some((use) => isUseOf(use, id)));
