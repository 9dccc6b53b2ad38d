import type { Catcher, FailState, StateMachine } from '../../asl/state-machine.ts';
import type { NamedState } from '../../asl/walk-states.ts';
import type { Span } from '../../diagnostics/diagnostics.ts';
import type { ReadPath, VariableReference } from '../../flow/expression.ts';
import { variableKey } from '../analyse/given-variables.ts';
import type { ConditionReference } from '../plan/hoisted-conditions.ts';
import type { Plan } from '../plan/plan.ts';
import type { PlanTree } from '../plan/plan-tree.ts';
import type { StateRole, StateSource } from '../source-map.ts';
import type { ConcurrencyBounds } from './concurrency.ts';
import type { Continuation, States, Transition, UnassignedSlots } from './continuation.ts';
import type { ExpressionScope } from './jsonata/expression-scope.ts';
import { type InputSource, inputAt, inputSourceOf, variableAt } from './jsonata/input-path.ts';
import { inputKey, inputReads, variableReads } from './jsonata/input-reads.ts';
import { evaluated, type Jsonata, jsonata, lookup, quote, text } from './jsonata/jsonata.ts';
import { PreparedReads } from './jsonata/whole.ts';
import { Layout, nestedInput, type ScopePath } from './layout.ts';
import { type Names, stateNames, variableNames } from './names.ts';
import type { Budget } from './sizes/budget.ts';
import { answered, type InputAnswers, operationsToAnswer } from './states/answer-input.ts';
import type { DirectInput } from './states/spill-direct-input.ts';

/**
 * A step that has states, alone or as the last of a fused chain; the source map has its states. The id of a step of an inner
 * flow is preceded by that of the step that runs the flow: `each.load`.
 */
export interface CompiledStep {
  readonly id: string;
  /** The component's path as the flow writes it, e.g. `/user/load`, and its place in the file. */
  readonly component: string;
  readonly componentSpan: Span;
  /** Whether its state calls the component's function; a built-in component may be states of its own. */
  readonly calls: boolean;
  /** Whether the state machine itself can skip it. Where it cannot, a step that was passed over was not wanted. */
  readonly maySkip: boolean;
  /** The steps that the same call runs before it, in order: the state is theirs too. */
  readonly fusedBefore?: readonly FusedStep[];
  /** The compiler added it to the flow, and no report names it. */
  readonly added?: true;
  /** The step whose work it does, and whose failure one of it is. */
  readonly addedFor?: string;
}

/** A step of a fused chain that is not its last. */
export type FusedStep = Pick<CompiledStep, 'id' | 'component' | 'componentSpan' | 'maySkip' | 'added' | 'addedFor'>;

/** The steps that a state runs, in order: one, or those of a fused chain. */
export const membersOf = (step: CompiledStep): readonly FusedStep[] => [...(step.fusedBefore ?? []), step];

/** A state machine that another one starts. The Task has its name in a placeholder: `${machine:NAME}`. */
export interface NestedMachine {
  readonly name: string;
  readonly stateMachine: StateMachine;
}

/** The state machine of a loop: see `emitLoopMachine`. */
export interface LoopMachine {
  readonly name: string;
  /** The most rounds of one execution. */
  readonly rounds: number;
  /** The most executions that one execution starts in succession, instead of going round itself. */
  readonly parts: number;
}

/** What the flows of a state machine share, those of its nested state machines included. */
export interface Shared {
  readonly states: Names;
  readonly variables: Names;
  readonly steps: CompiledStep[];
  /** The source of each state, by its name. */
  readonly sources: Map<string, StateSource>;
  /** Whether the state machine is an Express workflow, which has no distributed Map. */
  readonly express: boolean;
  readonly nestedMachines: NestedMachine[];
  /** Names for nested state machines. */
  readonly machines: Names;
  /** The state machines of loops that run in executions of their own, by the steps' ids. */
  readonly loops: Map<string, LoopMachine>;
  /** Bytes above which a value may have been spilled, wherever it comes from. */
  readonly leastSpilled: number;
  /** The name of the outermost flow. */
  readonly flow: string;
  /** The most events that an execution may have in which no call has to be repeated. */
  readonly events: number;
  /** How many iterations of each Map may run at once. */
  readonly concurrency: ConcurrencyBounds;
  /** The states that each part of the plan's trees became. */
  readonly statesByTree: Map<PlanTree, readonly NamedState[]>;
}

/** The start of a new state machine: no name taken, no step emitted. */
export const newShared = (
  given: Pick<Shared, 'flow' | 'express' | 'events' | 'concurrency' | 'leastSpilled'>,
): Shared => ({
  ...given,
  states: stateNames(),
  variables: variableNames(),
  steps: [],
  sources: new Map(),
  nestedMachines: [],
  machines: stateNames(),
  loops: new Map(),
  statesByTree: new Map(),
});

/** The id of the execution that a state is in. */
export const OWN_EXECUTION: Jsonata = jsonata`$states.context.Execution.Id`;

/** A failure that the state machine itself detects, such as a missing path. */
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
  /** A map of what a run gives to the flow's variables, as far as it is read; absent where nothing is. */
  readonly variables?: Jsonata;
  /** What the flow reads of its input and of its variables. */
  readonly reads: NonNullable<InputSource['reads']>;
  /** What is done about the input of an execution that was started with a large one; absent where any fits. */
  readonly directInput?: DirectInput;
  /** What operations make of the flow's input, where a function may have to do them; absent where it never has to. */
  readonly answers?: InputAnswers;
  /** The id of the outermost execution. */
  readonly execution: Jsonata;
  /** Whether it runs in an execution that another one has started. */
  readonly isChild?: true;
  /** Which iteration of the steps around it runs the flow, in an inner flow: see `Invocation`. */
  readonly iteration?: Jsonata;
  /** Precedes the ids of its steps, to distinguish them from those of other flows; empty for the outermost flow. */
  readonly prefix: string;
  readonly transition: Transition;
  /** Bytes that the outcome of the flow may have, where a function carries it; absent where it fits as it is. */
  readonly runBytes?: number;
  /** Catch failures in the flow's own scope, where they do not fail the execution. */
  readonly catchers: readonly Catcher[];
  /** The state to go to on a fault in the flow's own scope. `of`: the id of the step whose fault it is, if any. */
  readonly fail: (states: States, fault: Fault, of?: string) => string;
}

/** Where a part of the tree is emitted: its scopes, the states of the innermost one, and what comes after it. */
export interface TreeContext {
  readonly scopePath: ScopePath;
  readonly states: States;
  readonly after: Continuation;
}

/** Where a step is emitted, and the name of its state. */
export interface EmitContext extends TreeContext {
  readonly name: string;
}

/** The source of a state that belongs to a step of a frame (`id`: in its flow), or to the flow as a whole. */
export function sourceIn({ prefix }: Pick<Frame, 'prefix'>, role: StateRole, id?: string): StateSource {
  if (id !== undefined) return { role, step: prefix + id };
  return prefix === '' ? { role } : { role, step: prefix.slice(0, -1) };
}

/** A frame with the layout of its variables. */
export function newFrame(shared: Shared, frame: Omit<Frame, 'layout' | 'answers' | 'reads'>): Frame {
  const operations = operationsToAnswer(frame.plan, shared.leastSpilled);
  const answers = operations.length > 0 && { name: shared.variables.take('input_answers'), operations };
  const reads = {
    input: new PreparedReads(inputReads(frame.plan)),
    variables: new PreparedReads(variableReads(frame.plan)),
  };
  return { ...frame, reads, ...(answers && { answers }), layout: new Layout(frame.plan, shared.variables) };
}

/** Where expressions in a scope of a frame find what they read. */
export function scopeAt(frame: Frame, scopePath: ScopePath, unassigned: UnassignedSlots): ExpressionScope {
  const { inputSchema } = frame.plan.flow;
  const source = inputSourceOf(frame);
  const slots = (step: string): Jsonata => unassigned(step) ?? frame.layout.slots(step, scopePath);
  const isNested = frame.layout.depthOfMachine(scopePath) > 0;
  const input = (path: ReadPath): Jsonata => {
    if (isNested) return lookup(nestedInput('input'), inputKey(path));
    const own = inputAt(source, path);
    return frame.answers ? answered(frame.answers, path, own) : own;
  };
  const variable = (reference: VariableReference): Jsonata =>
    isNested ? lookup(nestedInput('variables'), variableKey(reference)) : variableAt(source, reference);
  const hoisted = ({ hoistedAt, name }: ConditionReference): Jsonata => lookup(slots(hoistedAt), name);
  return { slots, input, variable, hoisted, ...(inputSchema !== undefined && { inputSchema }) };
}

/**
 * A Fail state for a fault. Its Cause has the form of a Lambda function's error. `of`: the id of the step whose fault it is, or
 * whose flow has it; none for one of the outermost flow itself.
 */
export const failState = (fault: Fault, of?: string): FailState => ({
  Type: 'Fail',
  Error: text(fault.code),
  Cause: evaluated(causeOf(fault, of)),
});

/** The Cause of such a state. */
export function causeOf({ code, message }: Fault, of?: string): Jsonata {
  const step = of === undefined ? jsonata`` : jsonata`, "step": ${quote(of)}`;
  return jsonata`$string({"errorType": ${quote(code)}, "errorMessage": ${message}, "trace": []${step}})`;
}
