import { sizeOfStates } from '../../../asl/sizes.ts';
import type { NamedState } from '../../../asl/walk-states.ts';
import { builtinOf } from '../../analyse/builtins.ts';
import type { Plan, PlannedStep } from '../../plan/plan.ts';
import { type PlanTree, partsOf } from '../../plan/plan-tree.ts';
import { builtinAsStates } from '../builtin-states.ts';

/** The share of an execution's events that a loop may take in it. */
const SHARE = 2 / 3;

/** The share of an execution's events that a loop may take in each run of the flow of a `map`, or of another loop. */
const SHARE_INSIDE = 1 / 42;

/**
 * Lets loops that could fill the history of the execution that they are in go round in executions of their own. Of loops in
 * each other the outer one comes first: only where it has to, the inner one has executions of its own in each of its rounds.
 * `statesByTree`: the states that the plan became with all loops in the executions that they are in. `events`: the most of an
 * execution. Returns the same plan if no loop is moved.
 */
export const placeLoops = (plan: Plan, statesByTree: StatesByTree, events: number): Plan =>
  new Placing(statesByTree, events).plan(plan, events * SHARE);

type StatesByTree = ReadonlyMap<PlanTree, readonly NamedState[]>;

class Placing {
  readonly #statesByTree: StatesByTree;
  readonly #events: number;

  constructor(statesByTree: StatesByTree, events: number) {
    this.#statesByTree = statesByTree;
    this.#events = events;
  }

  /** A plan in which no loop takes more than a share of the events. */
  plan(plan: Plan, share: number): Plan {
    const changed = new Map<string, PlannedStep>();
    for (const tree of plan.tree ? stepTreesIn(plan.tree) : []) {
      const planned = plan.steps.get(tree.id);
      const placed = planned && this.#step(planned, tree, share);
      if (placed && placed !== planned) changed.set(tree.id, placed);
    }
    return changed.size === 0 ? plan : { ...plan, steps: new Map([...plan.steps, ...changed]) };
  }

  #step(planned: PlannedStep, tree: PlanTree, share: number): PlannedStep {
    const { inner, step } = planned;
    if (!inner || !builtinAsStates(planned)) return planned;
    // What runs as a whole has an execution of its own, whose events are not among those of the step around it.
    if (this.#eventsOf(tree) <= share && !hasWholes(inner)) return planned;
    const builtin = builtinOf(step);
    const placed = this.plan(inner, builtin === 'eval' ? share : this.#events * SHARE_INSIDE);
    if (builtin === 'iterate' && this.#eventsOf(tree) > share)
      return { ...planned, inner: placed, ownExecutions: true };
    return placed === inner ? planned : { ...planned, inner: placed };
  }

  #eventsOf(tree: PlanTree): number {
    return sizeOfStates(this.#statesByTree.get(tree) ?? []).events;
  }
}

const hasWholes = ({ steps }: Plan): boolean =>
  [...steps.values()].some(({ isWhole, inner }) => isWhole === true || (inner !== undefined && hasWholes(inner)));

function stepTreesIn(tree: PlanTree): readonly Extract<PlanTree, { kind: 'step' }>[] {
  return tree.kind === 'step' ? [tree] : partsOf(tree).flatMap(stepTreesIn);
}
