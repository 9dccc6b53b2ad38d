import type { Catcher, StateMachine } from '../../asl/state-machine.ts';
import type { Span } from '../../diagnostics/diagnostics.ts';
import type { ReadPath } from '../../flow/expression.ts';
import type { KnownCondition } from '../plan/hoisted-conditions.ts';
import type { Plan } from '../plan/plan.ts';
import type { PlanTree } from '../plan/plan-tree.ts';
import type { StateRole, StateSource } from '../source-map.ts';
import type { States, Transition, UnassignedSlots, Written } from './end.ts';
import type { ExpressionScope } from './jsonata/expressions.ts';
import { inputAt } from './jsonata/input-path.ts';
import { inputKey } from './jsonata/input-reads.ts';
import { type Jsonata, lookup } from './jsonata/jsonata.ts';
import { Layout, nestedInput, type ScopePath } from './layout.ts';
import { type Names, stateNames, variableNames } from './names.ts';
import type { Budget } from './sizes/budget.ts';

/**
 * A step that has states, alone or as the last of a chain: which, the source map says. Steps of inner flows have the id of
 * the step that runs them in front: `each.load`.
 */
export interface CompiledStep {
  readonly id: string;
  /** The component's path as the flow writes it, e.g. `/user/load`, and its place in the file. */
  readonly component: string;
  readonly componentSpan: Span;
  /** Whether its state calls the component's function; built-in ones may be states of their own. */
  readonly calls: boolean;
  /** Whether the state machine itself can skip it; a step passed over that cannot be skipped was not wanted. */
  readonly maySkip: boolean;
  /** The steps that the same call does before it, in order: the state is theirs too. */
  readonly links?: readonly FusedStep[];
  /** Not a step of the flow's: the compiler added it, and no report names it. */
  readonly added?: true;
}

/** A step of a chain that is not its last. */
export type FusedStep = Pick<CompiledStep, 'id' | 'component' | 'componentSpan' | 'maySkip' | 'added'>;

/** The steps that a state is of, in order: one, or those of a chain. */
export const membersOf = (step: CompiledStep): readonly FusedStep[] => [...(step.links ?? []), step];

/** A state machine that another one starts, under the name that stands in the Task: `${machine:NAME}`. */
export interface NestedMachine {
  readonly name: string;
  readonly stateMachine: StateMachine;
}

/** What all flows of one state machine share, and all state machines that are nested in it. */
export interface Shared {
  readonly states: Names;
  readonly variables: Names;
  readonly steps: CompiledStep[];
  /** What the states are, by their names. */
  readonly sources: Map<string, StateSource>;
  /** Whether the state machine is an Express workflow, which has no distributed Map. */
  readonly express: boolean;
  readonly nestedMachines: NestedMachine[];
  /** Of each part of the plan's trees the states that it became. */
  readonly statesByTree: Map<PlanTree, readonly Written[]>;
}

/** What a new state machine begins with: no name taken, no step written. */
export const newShared = (express: boolean): Shared => ({
  states: stateNames(),
  variables: variableNames(),
  steps: [],
  sources: new Map(),
  express,
  nestedMachines: [],
  statesByTree: new Map(),
});

/** The id of the execution that a state is in. */
export const OWN_EXECUTION: Jsonata = '$states.context.Execution.Id';

/** A failure that the state machine itself finds, such as a path that is missing. */
export interface Fault {
  readonly code: string;
  /** The message, in JSONata. */
  readonly message: Jsonata;
}

/** A flow inside a state machine: the outermost one, or one that `map`, `eval` or `iterate` runs. */
export interface Frame {
  readonly plan: Plan;
  readonly layout: Layout;
  readonly budget: Budget;
  /** The flow's input, as a whole. */
  readonly input: Jsonata;
  /** The id of the execution that all began with. */
  readonly execution: Jsonata;
  /** Stands before the ids of its steps where they must be told from those of other flows. */
  readonly prefix: string;
  readonly transition: Transition;
  /** Catches what fails in the flow's own scope, where a failure is not the whole execution's. */
  readonly catchers: readonly Catcher[];
  /** A state to go to on a fault, from the flow's own scope; `of`: the id of the step whose fault it is, if it is one's. */
  readonly fail: (states: States, fault: Fault, of?: string) => string;
}

/** What a state is that belongs to a step of a frame, by the step's id in its flow, or to the flow as a whole. */
export function sourceIn({ prefix }: Pick<Frame, 'prefix'>, role: StateRole, id?: string): StateSource {
  if (id !== undefined) return { role, step: prefix + id };
  return prefix === '' ? { role } : { role, step: prefix.slice(0, -1) };
}

/** A frame of a plan, with the places and names of its variables. */
export const newFrame = (shared: Shared, frame: Omit<Frame, 'layout'>): Frame => ({
  ...frame,
  layout: new Layout(frame.plan, shared.variables),
});

/** What expressions at a place of a frame see. */
export function scopeAt(frame: Frame, scopePath: ScopePath, unassigned: UnassignedSlots): ExpressionScope {
  const { inputSchema } = frame.plan.flow;
  const slots = (step: string): Jsonata => unassigned(step) ?? frame.layout.slots(step, scopePath);
  const isNested = frame.layout.depthOfMachine(scopePath) > 0;
  const input = (path: ReadPath): Jsonata =>
    isNested ? lookup(nestedInput('input'), inputKey(path)) : inputAt(frame.input, inputSchema, path);
  const kept = ({ keeper, name }: KnownCondition): Jsonata => lookup(slots(keeper), name);
  return { slots, input, hoisted: kept, ...(inputSchema !== undefined && { inputSchema }) };
}

/** A Fail state for a fault; its Cause has the form that the Lambda runtime gives to a function's error. */
export function failState({ code, message }: Fault): { Type: 'Fail'; Error: string; Cause: string } {
  const cause = `$string({"errorType": "${code}", "errorMessage": ${message}, "trace": []})`;
  return { Type: 'Fail', Error: code, Cause: `{% ${cause} %}` };
}
