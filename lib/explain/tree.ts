import { type Durations, durationsInside } from '../compiler/plan/durations.ts';
import type { Plan } from '../compiler/plan/plan.ts';
import type { PlanTree } from '../compiler/plan/plan-tree.ts';
import { secondsOfCall } from '../compiler/plan/step-durations.ts';

/** A step where it stands in the arrangement. */
export interface ExplainedStep {
  readonly kind: 'step';
  readonly id: string;
  readonly component: string;
  readonly seconds: number;
  /** What must hold for it to run is asked before it. */
  readonly guarded: boolean;
  /** The steps that its function does before it, in order; `seconds` are those of all. */
  readonly after?: readonly string[];
  /** The steps that it runs, where its flow is written out. */
  readonly runs?: ExplainedTree;
}

/** The arrangement of a flow's steps, with the seconds that each part of it takes. */
export type ExplainedTree =
  | ExplainedStep
  | { readonly kind: 'sequence'; readonly seconds: number; readonly parts: readonly ExplainedTree[] }
  | { readonly kind: 'parallel'; readonly seconds: number; readonly branches: readonly ExplainedTree[] }
  /** Steps that become the iterations of one Map. */
  | { readonly kind: 'fan-out'; readonly seconds: number; readonly steps: readonly ExplainedStep[] }
  | { readonly kind: 'nested'; readonly seconds: number; readonly name: string; readonly body: ExplainedTree };

/** The arrangement of a plan; undefined where no step runs. `cost`: what a step takes, in seconds. */
export const explainTree = (plan: Plan, cost: Durations): ExplainedTree | undefined =>
  plan.tree && treeOf(plan.tree, plan, cost);

/** The parts of a plan that find conditions are left out: steps say themselves what must hold for them to run. */
function treeOf(tree: PlanTree, plan: Plan, cost: Durations): ExplainedTree {
  if (tree.kind === 'sequence') {
    const parts = tree.parts.filter(({ kind }) => kind !== 'conditions').map((part) => treeOf(part, plan, cost));
    return { kind: 'sequence', seconds: parts.reduce((sum, { seconds }) => sum + seconds, 0), parts };
  }
  if (tree.kind === 'parallel') {
    const branches = tree.branches.map((branch) => treeOf(branch, plan, cost));
    return { kind: 'parallel', seconds: longest(branches), branches };
  }
  if (tree.kind === 'fan-out') {
    const steps = tree.steps.map((id) => stepOf(id, plan, cost));
    return { kind: 'fan-out', seconds: longest(steps), steps };
  }
  if (tree.kind === 'nested') {
    const body = treeOf(tree.body, plan, cost);
    return { kind: 'nested', seconds: body.seconds, name: tree.name, body };
  }
  return tree.kind === 'step' ? stepOf(tree.id, plan, cost) : { kind: 'sequence', seconds: 0, parts: [] };
}

const longest = (parts: readonly ExplainedTree[]): number =>
  parts.reduce((most, { seconds }) => Math.max(most, seconds), 0);

function stepOf(id: string, plan: Plan, cost: Durations): ExplainedStep {
  const planned = plan.steps.get(id);
  const seconds = planned ? secondsOfCall(planned, cost) : 0;
  const runs = planned?.inner && explainTree(planned.inner, durationsInside(cost, id));
  return {
    kind: 'step',
    id,
    component: planned?.step.component ?? '',
    seconds,
    guarded: planned !== undefined && (planned.maySkip || planned.demand !== undefined),
    ...(planned?.fusedBefore && { after: planned.fusedBefore.map(({ step }) => step.id) }),
    ...(runs && { runs }),
  };
}
