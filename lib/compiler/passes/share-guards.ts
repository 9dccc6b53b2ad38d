import { builtinOf } from '../analyse/builtins.ts';
import { skipIfOf } from '../analyse/demand.ts';
import { keyOf } from '../analyse/key-of.ts';
import { spreadsSkip } from '../analyse/uses.ts';
import type { DemandClause } from '../plan/hoisted-conditions.ts';
import { mapSteps, type Plan, type PlannedStep } from '../plan/plan.ts';
import type { PlanTree } from '../plan/plan-tree.ts';
import type { Change, PlanPass } from './pass.ts';

/**
 * Finds the steps that are passed over whenever the one before them is, and else run: they need no guard of their own. Of a
 * component that skips its own step the wrapper of the next one takes care.
 */
export const shareGuards: PlanPass<'share-guards'> = {
  rewrites: 'plan',
  name: 'share-guards',
  title: 'steps that are passed over together have one guard',
  rewrite: (plan, { prefix }) => {
    const leaders = new Map<string, string>();
    if (plan.tree) findIn(plan.tree, plan, leaders);
    const changes = [...plan.steps.keys()].flatMap((id): Change[] => {
      const leader = leaders.get(id);
      return leader === undefined ? [] : [{ steps: [id], what: `is passed over together with "${prefix}${leader}"` }];
    });
    const steps = mapSteps(plan.steps, (planned, id) => {
      const follows = leaders.get(id);
      return follows === undefined ? planned : { ...planned, follows };
    });
    return { plan: { ...plan, steps }, changes, saved: { states: changes.length } };
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

/** Whether a step needs a guard: its own, or that of the one which it follows. */
export const isGuarded = (planned: PlannedStep, plan: Plan): boolean =>
  planned.demand !== undefined || skipIfOf(planned.step) !== undefined || readsSkippable(planned, plan).length > 0;

/** The steps whose skip the state machine knows, and would pass on to this one. */
function readsSkippable({ uses }: PlannedStep, { steps }: Plan): readonly string[] {
  return uses.input.flatMap((use) =>
    spreadsSkip(use) && steps.get(use.reference.step)?.maySkip ? [use.reference.step] : [],
  );
}

/** Whether a step is passed over where the first of a group is, and only there. */
function canFollow(planned: PlannedStep, group: readonly PlannedStep[], plan: Plan): boolean {
  const [leader] = group;
  // Without a function there is no wrapper; where a failure skips a step, the guard is what spares the next one its call.
  if (!leader || builtinOf(planned.step) || group.some(({ step }) => step.onError.action === 'skip')) return false;
  return isSkippedWith(planned, group, plan) && isSkippedOnlyWith(planned, leader, group, plan);
}

/** Whether it is passed over wherever the first of the group is. */
function isSkippedWith(planned: PlannedStep, group: readonly PlannedStep[], plan: Plan): boolean {
  if (readsOf(planned).some((id) => group.some(({ step }) => step.id === id))) return true;
  const [leader] = group;
  const onlySkipIf = leader && leader.demand === undefined && readsSkippable(leader, plan).length === 0;
  return onlySkipIf === true && isSameSkipIf(planned, leader);
}

/** The steps that it reads whatever the case, and with which it is skipped. */
const readsOf = ({ uses }: PlannedStep): readonly string[] =>
  uses.input.flatMap((use) => (spreadsSkip(use) && use.gates.length === 0 ? [use.reference.step] : []));

function isSameSkipIf({ step: one }: PlannedStep, { step: other }: PlannedStep): boolean {
  const [first, second] = [skipIfOf(one), skipIfOf(other)];
  return first !== undefined && second !== undefined && keyOf(first) === keyOf(second);
}

/** Whether nothing passes it over where nothing has passed over the first of the group. */
function isSkippedOnlyWith(
  planned: PlannedStep,
  leader: PlannedStep,
  group: readonly PlannedStep[],
  plan: Plan,
): boolean {
  if (planned.laterDeciders.size > 0 || (planned.demand && !isDemandedAlike(planned, leader))) return false;
  if (skipIfOf(planned.step) && !isSameSkipIf(planned, leader)) return false;
  const there = new Set([...group.map(({ step }) => step.id), ...readsOf(leader)]);
  return readsSkippable(planned, plan).every((id) => there.has(id));
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
