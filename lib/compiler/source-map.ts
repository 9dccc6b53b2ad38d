import { builtinOf } from './analyse/builtins.ts';
import type { Plan, PlannedStep } from './plan/plan.ts';
import type { PlanTree } from './plan/plan-tree.ts';

/** What a state is for. */
export type StateRole =
  /** Runs a step: calls its function, waits, is the Map over its items, or takes the result of its inner flow. */
  | 'step'
  /** Calls a function that gathers or packs values for steps; the compiler added it to the flow. */
  | 'gather'
  /** Ends a step instead of its `step` state: rehydrates what was spilled of its result. */
  | 'step-rehydrate'
  /** Before a step: decides whether it runs, is passed over, or fails because of its input. */
  | 'guard'
  /** Before a flow: checks its input against its schema, and for the values that the flow requires. */
  | 'input-check'
  /** Assigns the input of an inner flow to a variable. */
  | 'take-input'
  /** Makes a step's result from the output of its state, or of its inner flow. */
  | 'take-result'
  /** Before a read of a part of a value: checks whether the value was spilled. */
  | 'spill-check'
  /** Rehydrates a spilled value. */
  | 'rehydrate'
  /** Writes the items of a distributed Map to S3. */
  | 'map-items'
  /** Reads the results of a distributed Map from S3. */
  | 'map-results'
  /** After a step's failure: checks whether its default can be evaluated. */
  | 'default-check'
  /** After a step's failure: continues as its `onError` says. */
  | 'default'
  /** Puts the result of a run of an inner flow into one blob. */
  | 'carry'
  /** Makes a failure in an inner flow the outcome of that flow. */
  | 'inner-failure'
  /** Evaluates hoisted conditions for the guards after it. */
  | 'conditions'
  /** Runs steps in parallel. */
  | 'parallel'
  /** Is a step that runs a flow and is repeated, or fails, as a whole. */
  | 'whole'
  /** Runs similar steps as the iterations of one Map. */
  | 'fan-out'
  /** Starts a nested state machine, which runs a part of the flow's steps. */
  | 'nested'
  /** Of a loop that goes round in executions of its own: begins one, counts those that it has started, or ends it. */
  | 'loop'
  /** Checks that a flow's output has all that it reads. */
  | 'output-check'
  /** Evaluates a flow's output. */
  | 'output'
  /** Outputs what is read after a branch, where no step's state can. */
  | 'branch-end'
  /** Fails the execution. */
  | 'fail';

/** What a state was emitted for. The id of a step in an inner flow begins with that of the step that runs it: `each.load`. */
export interface StateSource {
  readonly role: StateRole;
  /**
   * The id of the state's step; for a fused chain, of its last step. A state that is for no single step has the id of the
   * step whose inner flow it is in, and none in the outermost flow.
   */
  readonly step?: string;
  /** The ids of the steps that share a state, by the index of the Map's iteration. */
  readonly iterations?: readonly string[];
  /** The ids of the steps that a guard can pass over, and the name of the state that it then goes to. */
  readonly passesOver?: { readonly steps: readonly string[]; readonly next: string };
  /** Of the Choice after each round of a loop: the name of the state that begins another round. */
  readonly again?: string;
  /** Of the Choice after each round of a loop whose `max_iterations` is written in the flow. */
  readonly loop?: LoopSource;
}

/** How a loop ends at its limit. */
export interface LoopSource {
  /** Its `max_iterations`. */
  readonly most: number;
  /** The index of the rule of the Choice that ends it there. */
  readonly rule: number;
  /** The name of the variable that counts the rounds. */
  readonly count: string;
  /** Where the loop goes round in executions of its own, the most rounds of each. */
  readonly rounds?: number;
}

/** The order in which steps run: one step's id, parts in sequence, or parts in parallel. */
export type Arrangement =
  | string
  | { readonly sequence: readonly Arrangement[] }
  | { readonly parallel: readonly Arrangement[] };

/** The most steps that run at once; a `map` is one. */
export function widthOf(arrangement: Arrangement): number {
  if (typeof arrangement === 'string') return 1;
  if ('sequence' in arrangement) return Math.max(0, ...arrangement.sequence.map(widthOf));
  return arrangement.parallel.reduce((sum, branch) => sum + widthOf(branch), 0);
}

/** What the states of a compiled flow are for, including those of its nested state machines. It is JSON. */
export interface SourceMap {
  /** By name; names are unique across all state machines of a flow. */
  readonly states: { readonly [state: string]: StateSource };
  /** The steps that a `map` runs are not part of it: the `map` takes their time. */
  readonly arrangement: Arrangement;
}

/** The source map of a flow without states. */
export const NO_STATES: SourceMap = { states: {}, arrangement: { sequence: [] } };

/** Whether a state calls its step's own function, rather than one that moves values for it. */
export const callsOwnFunction = ({ role }: StateSource): boolean => role === 'step' || role === 'gather';

/** Whether entering a state means that its step runs. */
export const visitsStep = (source: StateSource): boolean =>
  callsOwnFunction(source) || source.role === 'step-rehydrate' || source.role === 'whole';

/** The arrangement of a plan's steps, with `prefix` before their ids. */
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

/** A step comes after the others of its fused chain, and after its inner flow. */
function arrangedStep(id: string, planned: PlannedStep | undefined, prefix: string): Arrangement {
  const own = prefix + id;
  const inner = planned?.inner && builtinOf(planned.step) !== 'map' ? [arrangementOf(planned.inner, `${own}.`)] : [];
  const before = [...(planned?.fusedBefore ?? []).map(({ step }) => prefix + step.id), ...inner];
  return before.length > 0 ? { sequence: [...before, own] } : own;
}
