import { isGuarded } from '../passes/share-guards.ts';
import type { Plan, PlannedStep } from '../plan/plan.ts';
import { firstIn } from '../plan/plan-tree.ts';
import { usesOfRest } from './jsonata/input-reads.ts';
import { endsInStep } from './output.ts';
import { builtinEmitterOf } from './states/emit-builtin.ts';

/**
 * Whether no state of a flow reads the flow's input but the one that it begins with, which has it as its own input. What
 * comes later would need a variable; the context object shows an item of a Map, but that it does so inside of the Map's
 * states is nowhere documented.
 */
export function onlyFirstStateReadsInput(plan: Plan): boolean {
  const first = firstCall(plan);
  const others = [...plan.steps.values()].filter((planned) => planned !== first);
  return !usesOfRest(plan, others, isOnlyState(plan, first)).some((use) => use.reference.kind === 'input');
}

/** The step whose Task the flow begins with, where nothing is looked at before. */
function firstCall(plan: Plan): PlannedStep | undefined {
  const { flow, tree, steps } = plan;
  const first = steps.get(firstIn(tree) ?? '');
  if (!first || builtinEmitterOf(first) || isGuarded(first, plan) || first.later.size > 0) return undefined;
  const isChecked = flow.inputSchema !== undefined || (flow.requires ?? []).length > 0;
  // What stands in for its failure is worked out in another state.
  return isChecked || first.uses.fallback.length > 0 ? undefined : first;
}

const isOnlyState = (plan: Plan, first: PlannedStep | undefined): boolean =>
  first !== undefined && plan.tree?.kind === 'step' && endsInStep(plan);
