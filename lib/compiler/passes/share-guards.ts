import { builtinOf } from '../analyse/builtins.ts';
import { skipIfOf } from '../analyse/demand.ts';
import { keyOf } from '../analyse/key-of.ts';
import { spreadsSkip } from '../analyse/uses.ts';
import type { DemandClause } from '../plan/hoisted-conditions.ts';
import { mapSteps, type Plan, type PlannedStep } from '../plan/plan.ts';
import type { PlanTree } from '../plan/plan-tree.ts';
import type { Change, PlanPass } from './pass.ts';

/**
 * Finds consecutive steps that run under the same condition: only the first needs a guard. If the component of one skips
 * its own step, the wrappers of the next ones notice.
 */
export const shareGuards: PlanPass<'share-guards'> = {
  rewrites: 'plan',
  name: 'share-guards',
  title: 'consecutive steps with the same condition share one guard',
  rewrite: (plan, { prefix }) => {
    const leaders = new Map<string, string>();
    if (plan.tree) findIn(plan.tree, plan, leaders);
    // Nobody has written the steps that the compiler added.
    const isWritten = (id: string): boolean => plan.steps.get(id)?.step.added !== true;
    const changes = [...plan.steps.keys()].filter(isWritten).flatMap((id): Change[] => {
      const leader = leaders.get(id);
      if (leader === undefined || !isWritten(leader)) return [];
      return [{ steps: [id], what: `is skipped together with "${prefix}${leader}"` }];
    });
    const steps = mapSteps(plan.steps, (planned, id) => {
      const follows = leaders.get(id);
      return follows === undefined ? planned : { ...planned, follows };
    });
    return { plan: { ...plan, steps }, changes, saved: { states: leaders.size } };
  },
};

function findIn(tree: PlanTree, plan: Plan, leaders: Map<string, string>): void {
  if (tree.kind === 'parallel') for (const branch of tree.branches) findIn(branch, plan, leaders);
  if (tree.kind !== 'sequence') return;
  let group: PlannedStep[] = [];
  for (const part of tree.parts) {
    const planned = part.kind === 'step' ? plan.steps.get(part.id) : undefined;
    const [leader] = group;
    if (planned && leader && canFollow(planned, group, plan)) {
      leaders.set(planned.step.id, leader.step.id);
      group.push(planned);
    } else group = planned && isGuarded(planned, plan) ? [planned] : [];
    findIn(part, plan, leaders);
  }
}

/** Whether a step needs a guard, its own or a shared one. */
export const isGuarded = (planned: PlannedStep, plan: Plan): boolean =>
  planned.demand !== undefined || skipIfOf(planned.step) !== undefined || readsSkippable(planned, plan).length > 0;

/** The steps that this one is skipped with, if the state machine may skip them. */
function readsSkippable({ uses }: PlannedStep, { steps }: Plan): readonly string[] {
  return uses.input.flatMap((use) =>
    spreadsSkip(use) && steps.get(use.reference.step)?.maySkip ? [use.reference.step] : [],
  );
}

/** Whether a step is skipped exactly when the first of a group is. */
function canFollow(planned: PlannedStep, group: readonly PlannedStep[], plan: Plan): boolean {
  const [leader] = group;
  // Without a function there is no wrapper to notice a skip; after a step with `onError: skip`, a guard saves the call.
  if (!leader || builtinOf(planned.step) || group.some(({ step }) => step.onError.action === 'skip')) return false;
  return isSkippedWith(planned, group, plan) && isSkippedOnlyWith(planned, leader, group, plan);
}

/** Whether it is skipped whenever the first of the group is. */
function isSkippedWith(planned: PlannedStep, group: readonly PlannedStep[], plan: Plan): boolean {
  if (readsOf(planned).some((id) => group.some(({ step }) => step.id === id))) return true;
  const [leader] = group;
  const onlySkipIf = leader && leader.demand === undefined && readsSkippable(leader, plan).length === 0;
  return onlySkipIf === true && isSameSkipIf(planned, leader);
}

/** The steps that it always reads and is skipped with. */
const readsOf = ({ uses }: PlannedStep): readonly string[] =>
  uses.input.flatMap((use) => (spreadsSkip(use) && use.gates.length === 0 ? [use.reference.step] : []));

function isSameSkipIf({ step: one }: PlannedStep, { step: other }: PlannedStep): boolean {
  const [first, second] = [skipIfOf(one), skipIfOf(other)];
  return first !== undefined && second !== undefined && keyOf(first) === keyOf(second);
}

/** Whether it runs whenever the first of the group does. */
function isSkippedOnlyWith(
  planned: PlannedStep,
  leader: PlannedStep,
  group: readonly PlannedStep[],
  plan: Plan,
): boolean {
  if (planned.laterDeciders.size > 0 || (planned.demand && !isDemandedAlike(planned, leader))) return false;
  if (skipIfOf(planned.step) && !isSameSkipIf(planned, leader)) return false;
  const known = new Set([...group.map(({ step }) => step.id), ...readsOf(leader)]);
  return readsSkippable(planned, plan).every((id) => known.has(id));
}

/** Whether the two are demanded in the same runs. */
function isDemandedAlike(
  { demand: one = [] }: PlannedStep,
  { demand: other = [], laterDeciders }: PlannedStep,
): boolean {
  const isSame = one.length === other.length && one.every((clause, at) => isSameClause(clause, other[at]));
  return isSame && laterDeciders.size === 0;
}

const isSameClause = (one: DemandClause, other: DemandClause | undefined): boolean =>
  other !== undefined &&
  one.hoisted?.hoistedAt === other.hoisted?.hoistedAt &&
  one.hoisted?.name === other.hoisted?.name &&
  one.gates.length === other.gates.length &&
  one.gates.every((gate, at) => gate.kind === other.gates[at]?.kind && gate.of === other.gates[at]?.of);
