import type { StateMachine } from '../../asl/state-machine.ts';
import { type Diagnostic, diagnose } from '../../diagnostics/diagnostics.ts';
import { workflowType } from '../../flow/read/aws-metadata.ts';
import { MIN_SHARE } from '../../runtime/spill/spill.ts';
import type { InputBudget } from '../../runtime/spill/spill-input.ts';
import type { Plan } from '../plan/plan.ts';
import { nestedIn } from '../plan/plan-tree.ts';
import { arrangementOf, type SourceMap } from '../source-map.ts';
import { concurrencyBounds } from './concurrency.ts';
import { byName, States } from './continuation.ts';
import { FlowEmitter } from './emit-flow.ts';
import {
  type CompiledStep,
  failState,
  type NestedMachine,
  newFrame,
  newShared,
  OWN_EXECUTION,
  type Shared,
  sourceIn,
} from './frame.ts';
import { inputReads } from './jsonata/input-reads.ts';
import { variable } from './jsonata/jsonata.ts';
import { NESTED_INPUT } from './layout.ts';
import { type Budget, budgetOf } from './sizes/budget.ts';
import { INPUT, PAYLOAD_BYTES } from './sizes/payload-limits.ts';
import { mayBeTooLarge } from './states/spill-direct-input.ts';

/** A state machine, those nested in it, their steps, and the source of each state. */
export interface Emitted extends Pick<Shared, 'statesByTree' | 'loops'> {
  readonly stateMachine: StateMachine;
  readonly nestedMachines: readonly NestedMachine[];
  readonly steps: readonly CompiledStep[];
  readonly sourceMap: SourceMap;
  /** What it reads of its input, and how large each of these values may be. */
  readonly inputBudget: InputBudget;
  /** How large the values in its payloads may be. */
  readonly budget: Budget;
}

/** What limits a state machine. */
export interface EmitLimits {
  /** The most events of an execution. */
  readonly events: number;
  /** Bytes above which a value is spilled, where that is less than what fits. */
  readonly spillAbove?: number | undefined;
  /** The most calls at once of an execution, as far as Maps make them. */
  readonly maxConcurrency?: number | undefined;
}

/** Emits a plan as a state machine; one with payload limits that cannot be kept is reported instead. */
export function emit(
  plan: Plan,
  diagnostics: Diagnostic[],
  { events, spillAbove, maxConcurrency }: EmitLimits,
): Emitted | undefined {
  const budget = budgetOf(plan, spillAbove);
  reportBroken(budget, plan, diagnostics);
  if (budget.broken.length > 0) return undefined;
  const shared = newShared({
    flow: plan.flow.name,
    express: workflowType(plan.flow) === 'EXPRESS',
    events,
    concurrency: concurrencyBounds(plan, maxConcurrency),
    leastSpilled: Math.min(spillAbove ?? MIN_SHARE, MIN_SHARE),
  });
  for (const name of nestedMachinesIn(plan)) shared.machines.take(name);
  const states = new States(shared.sources);
  const inputBudget = inputBudgetOf(plan, budget);
  const directInput = mayBeTooLarge(budget) && { ...inputBudget, name: shared.variables.take('input') };
  const frame = newFrame(shared, {
    plan,
    budget,
    input: directInput ? variable(directInput.name) : NESTED_INPUT,
    ...(directInput && { directInput }),
    execution: OWN_EXECUTION,
    prefix: '',
    transition: { End: true },
    catchers: [],
    fail: (into, fault, of) =>
      into.add(shared.states.take(`fail: ${fault.code}`), failState(fault, of), sourceIn({ prefix: '' }, 'fail', of)),
  });
  const { name, description, timeout } = plan.flow;
  const start = new FlowEmitter(shared, frame).emit(states);
  const stateMachine: StateMachine = {
    Comment: description ? `${name}: ${description.trim()}` : name,
    QueryLanguage: 'JSONata',
    ...(timeout !== undefined && { TimeoutSeconds: Math.ceil(timeout) }),
    ...states.scope(start),
  };
  const { nestedMachines, steps, statesByTree, loops, sources } = shared;
  const sourceMap = { states: byName(sources), arrangement: arrangementOf(plan) };
  return {
    stateMachine,
    nestedMachines,
    steps,
    sourceMap,
    statesByTree,
    loops,
    inputBudget,
    budget,
  };
}

/** The names of the nested state machines that parts of a plan have become. */
const nestedMachinesIn = ({ tree, steps }: Plan): readonly string[] => [
  ...(tree ? nestedIn(tree).map(({ name }) => name) : []),
  ...[...steps.values()].flatMap(({ inner }) => (inner ? nestedMachinesIn(inner) : [])),
];

const inputBudgetOf = (plan: Plan, budget: Budget): InputBudget => ({
  reads: inputReads(plan),
  share: budget.share(INPUT),
  room: PAYLOAD_BYTES,
});

function reportBroken({ broken }: Budget, { flow }: Plan, diagnostics: Diagnostic[]): void {
  for (const { what, span = START, values, over } of broken) {
    diagnostics.push(diagnose('payload-limit', { what, values, over }, { file: flow.file, ...span }));
  }
}

const START = { line: 1, column: 1, endLine: 1, endColumn: 2 };
