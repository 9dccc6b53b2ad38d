import { builtinOf } from './analyse/builtins.ts';
import type { Plan, PlannedStep } from './plan/plan.ts';
import type { PlanTree } from './plan/plan-tree.ts';

/** What a state is there for. */
export type StateRole =
  /** Runs a step: calls its function, waits, is the Map over its items, takes what its flow gave. */
  | 'step'
  /** Calls a function that gathers values for a step: the compiler added it to the flow. */
  | 'gather'
  /** Ends a step in the place of its `step` state: reads back what was spilled of its result. */
  | 'step-rehydrate'
  /** Before a step: whether it is passed over, fails by its input, or takes another way. */
  | 'guard'
  /** Before a flow: whether its input fits its schema and has all that the flow cannot do without. */
  | 'input-check'
  /** Puts the input of a step's flow into a variable. */
  | 'take-input'
  /** Makes a step's result of what its state gave, or its flow. */
  | 'take-result'
  /** Whether a value was spilled that is read inside of. */
  | 'spill-check'
  /** Reads back what was spilled. */
  | 'rehydrate'
  /** Writes the items of a distributed Map to S3. */
  | 'map-items'
  /** Reads the results of a distributed Map from S3. */
  | 'map-results'
  /** Whether the default of a step that failed can be worked out. */
  | 'default-check'
  /** Goes on after a step's failure with what its `onError` says. */
  | 'default'
  /** Makes a failure inside a step's flow the outcome of that flow. */
  | 'inner-failure'
  /** Finds conditions that guards after it ask for. */
  | 'conditions'
  /** Runs steps side by side. */
  | 'parallel'
  /** Runs steps that are alike as the iterations of one Map. */
  | 'fan-out'
  /** Starts a nested state machine, which has a part of the flow's steps. */
  | 'nested'
  /** Whether a flow's output has all that it reads. */
  | 'output-check'
  /** Gives a flow's output. */
  | 'output'
  /** Hands out what is read after a branch, where no step's state does. */
  | 'branch-end'
  /** Fails the execution. */
  | 'fail';

/** What the compiler meant by a state. Ids of steps have those of the steps whose flows they are in before them: `each.load`. */
export interface StateSource {
  readonly role: StateRole;
  /**
   * The id of the step that it is for, of a chain that of its last step; where it is for no single step, that of the step
   * in whose flow it is. Absent in the outermost flow.
   */
  readonly step?: string;
  /** Of a state that several steps share, their ids, by the iteration of the Map around it. */
  readonly iterations?: readonly string[];
  /** Of a guard that can pass steps over: their ids, and the name of the state to which it goes on then. */
  readonly passesOver?: { readonly steps: readonly string[]; readonly next: string };
}

/** Steps in the order in which they run: a step's id, parts one after another, or parts side by side. */
export type Arrangement =
  | string
  | { readonly sequence: readonly Arrangement[] }
  | { readonly parallel: readonly Arrangement[] };

/** What the states of a compiled flow are, those of its nested state machines included. It is JSON. */
export interface SourceMap {
  /** By their names, of which no two are the same in all state machines of a flow. */
  readonly states: { readonly [state: string]: StateSource };
  /** How the steps wait for each other. Steps that a `map` runs are not in it: their times are those of the `map`. */
  readonly arrangement: Arrangement;
}

/** That of a flow without states. */
export const NO_STATES: SourceMap = { states: {}, arrangement: { sequence: [] } };

/** Whether the function that a state calls is its step's own, and not one that moves values for it. */
export const callsOwnFunction = ({ role }: StateSource): boolean => role === 'step' || role === 'gather';

/** Whether a visit to a state is one to its step. */
export const visitsStep = (source: StateSource): boolean =>
  callsOwnFunction(source) || source.role === 'step-rehydrate';

/** How the steps of a plan wait for each other. `prefix` stands before their ids. */
export const arrangementOf = (plan: Plan, prefix = ''): Arrangement =>
  plan.tree ? arranged(plan.tree, plan, prefix) : NO_STATES.arrangement;

function arranged(tree: PlanTree, plan: Plan, prefix: string): Arrangement {
  const inside = (part: PlanTree): Arrangement => arranged(part, plan, prefix);
  switch (tree.kind) {
    case 'sequence':
      return { sequence: tree.parts.filter(({ kind }) => kind !== 'conditions').map(inside) };
    case 'parallel':
      return { parallel: tree.branches.map(inside) };
    case 'nested':
      return inside(tree.body);
    case 'fan-out':
      return { parallel: tree.steps.map((id) => prefix + id) };
    case 'conditions':
      return NO_STATES.arrangement;
    case 'step':
      return arrangedStep(tree.id, plan.steps.get(tree.id), prefix);
  }
}

/** A step comes after those of its chain, and after the flow that it runs. */
function arrangedStep(id: string, planned: PlannedStep | undefined, prefix: string): Arrangement {
  const own = prefix + id;
  const inner = planned?.inner && builtinOf(planned.step) !== 'map' ? [arrangementOf(planned.inner, `${own}.`)] : [];
  const before = [...(planned?.fusedBefore ?? []).map(({ step }) => prefix + step.id), ...inner];
  return before.length > 0 ? { sequence: [...before, own] } : own;
}
