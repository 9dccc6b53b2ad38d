import { type Durations, durationsInside } from '../compiler/plan/durations.ts';
import type { Plan } from '../compiler/plan/plan.ts';
import type { PlanTree } from '../compiler/plan/plan-tree.ts';
import { secondsOfCall } from '../compiler/plan/step-durations.ts';
import { workOf } from './operations.ts';

/** A step in the arrangement. */
export interface ExplainedStep {
  readonly kind: 'step';
  readonly id: string;
  readonly component: string;
  readonly seconds: number;
  /** Whether a guard precedes it: it may be skipped, or not be demanded. */
  readonly guarded: boolean;
  /** Of a step that the compiler added to do an operation of another: what it does, in words. */
  readonly does?: string;
  /** The steps of its fused chain that its function runs before it, in order; `seconds` includes them. */
  readonly after?: readonly string[];
  /** The arrangement of its inner flow, if that is a literal. */
  readonly runs?: ExplainedTree;
}

/** The arrangement of a flow's steps, with the seconds of each subtree. */
export type ExplainedTree =
  | ExplainedStep
  | { readonly kind: 'sequence'; readonly seconds: number; readonly parts: readonly ExplainedTree[] }
  | { readonly kind: 'parallel'; readonly seconds: number; readonly branches: readonly ExplainedTree[] }
  /** Steps that are iterations of one Map. */
  | { readonly kind: 'fan-out'; readonly seconds: number; readonly steps: readonly ExplainedStep[] }
  | { readonly kind: 'nested'; readonly seconds: number; readonly name: string; readonly body: ExplainedTree };

/** The arrangement of a plan; undefined if no step runs. */
export const explainTree = (plan: Plan, durations: Durations): ExplainedTree | undefined =>
  plan.tree && treeOf(plan.tree, plan, durations);

/** Omits hoisted conditions: each step has `guarded` instead. */
function treeOf(tree: PlanTree, plan: Plan, durations: Durations): ExplainedTree {
  if (tree.kind === 'sequence') {
    const parts = tree.parts.filter(({ kind }) => kind !== 'conditions').map((part) => treeOf(part, plan, durations));
    return { kind: 'sequence', seconds: parts.reduce((sum, { seconds }) => sum + seconds, 0), parts };
  }
  if (tree.kind === 'parallel') {
    const branches = tree.branches.map((branch) => treeOf(branch, plan, durations));
    return { kind: 'parallel', seconds: longest(branches), branches };
  }
  if (tree.kind === 'fan-out') {
    const steps = tree.steps.map((id) => stepOf(id, plan, durations));
    return { kind: 'fan-out', seconds: longest(steps), steps };
  }
  if (tree.kind === 'nested') {
    const body = treeOf(tree.body, plan, durations);
    return { kind: 'nested', seconds: body.seconds, name: tree.name, body };
  }
  return tree.kind === 'step' ? stepOf(tree.id, plan, durations) : { kind: 'sequence', seconds: 0, parts: [] };
}

const longest = (parts: readonly ExplainedTree[]): number =>
  parts.reduce((most, { seconds }) => Math.max(most, seconds), 0);

function stepOf(id: string, plan: Plan, durations: Durations): ExplainedStep {
  const planned = plan.steps.get(id);
  const seconds = planned ? secondsOfCall(planned, durations) : 0;
  const does = planned && workOf(planned);
  const runs = planned?.inner && explainTree(planned.inner, durationsInside(durations, id));
  return {
    kind: 'step',
    id,
    component: planned?.step.component ?? '',
    seconds,
    guarded: planned !== undefined && (planned.maySkip || planned.demand !== undefined),
    ...(does !== undefined && { does }),
    ...(planned?.fusedBefore && { after: planned.fusedBefore.map(({ step }) => step.id) }),
    ...(runs && { runs }),
  };
}
