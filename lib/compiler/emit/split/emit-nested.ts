import type { StateMachine, TaskState, Template } from '../../../asl/state-machine.ts';
import { ANY_FAILURE } from '../../../protocol/aws-errors.ts';
import { isObject } from '../../../protocol/json.ts';
import { remedyOf } from '../../../runtime/deadline.ts';
import { variableKey } from '../../analyse/given-variables.ts';
import { firstStepIn, type PlanTree, stepsIn } from '../../plan/plan-tree.ts';
import { transitionTo } from '../continuation.ts';
import type { FlowEmitter } from '../emit-flow.ts';
import type { Fault, TreeContext } from '../frame.ts';
import { inputKey } from '../jsonata/input-reads.ts';
import { evaluated, lookup, object, pick, quote } from '../jsonata/jsonata.ts';
import type { NestedInput, ScopePath } from '../layout.ts';
import { type Crossed, type Crossing, crossingOf } from './crossing.ts';
import { failureInTime, failureOfNested } from './nested-failure.ts';
import { NESTED_OUTPUT, startOf } from './start-nested.ts';

type Nested = Extract<PlanTree, { kind: 'nested' }>;

/**
 * Emits a part of a flow as a state machine of its own, and the Task that runs it. What the part reads from outside is in
 * its input, what is read of the part outside is in its output.
 */
export function emitNested(
  emitter: FlowEmitter,
  { name, body, seconds }: Nested,
  { scopePath, states, after }: TreeContext,
): string {
  const { frame, shared } = emitter;
  const inside = frame.layout.into(body, scopePath, true);
  const crossing = crossingOf(frame.plan, frame.layout, body, inside.length);
  const out = crossing.out.map(({ id }) => id);
  // The flow of a `map` may be emitted twice, inline and distributed; both start the same nested state machine.
  if (!shared.nestedMachines.some((known) => known.name === name)) {
    shared.nestedMachines.push({ name, stateMachine: nestedMachineOf(emitter, body, out, inside) });
  }
  const assigned = out.map((id) => [frame.layout.nameAt(id, scopePath.length), evaluated(lookup(NESTED_OUTPUT, id))]);
  const first = firstStepIn(body) ?? name;
  const nameOfFailure = (): string => shared.states.take(`${frame.prefix}fail: as part from ${first}`);
  const timeout = seconds === undefined ? undefined : timeoutOf(emitter, body);
  const Next = timeout
    ? states.add(nameOfFailure(), failureInTime(timeout.fault, timeout.of), {
        ...emitter.source('fail'),
        step: timeout.of,
      })
    : failureOfNested(states, emitter.source('fail'), nameOfFailure);
  const part = shared.states.take(`${frame.prefix}part from ${first}`);
  const state: TaskState = {
    ...startOf(name, { ...inputOf(emitter, crossing, scopePath) }),
    ...(seconds !== undefined && { TimeoutSeconds: seconds }),
    Catch: [{ ErrorEquals: [ANY_FAILURE], Next }],
    ...('next' in after && assigned.length > 0 && { Assign: Object.fromEntries(assigned) }),
    ...withWholeOutput(
      transitionTo(after, (id) => (out.includes(id) ? lookup(NESTED_OUTPUT, id) : undefined)),
      out,
    ),
  };
  return states.add(part, state, emitter.source('nested'));
}

/** The fault of a step that takes longer as a whole than its timeout allows, of which AWS says no more than that. */
function timeoutOf({ frame }: FlowEmitter, body: PlanTree): { fault: Fault; of: string } | undefined {
  const step = body.kind === 'step' ? frame.plan.steps.get(body.id)?.step : undefined;
  if (step?.timeout === undefined) return undefined;
  const of = `${frame.prefix}${step.id}`;
  const message = quote(`step "${of}" took more than ${step.timeout} s; ${remedyOf(step.timeout * 1000, 'step')}`);
  return { fault: { code: 'TIMEOUT', message }, of };
}

function nestedMachineOf(
  emitter: FlowEmitter,
  body: PlanTree,
  out: readonly string[],
  inside: ScopePath,
): StateMachine {
  const ids = stepsIn(body);
  const steps = ids.length === 1 ? `step ${ids[0]}` : `${ids.length} steps, ${ids[0]} to ${ids.at(-1)}`;
  return {
    Comment: `Part of ${emitter.frame.plan.flow.name}: ${steps}`,
    QueryLanguage: 'JSONata',
    ...emitter.branch(body, out, inside),
  };
}

function inputOf(emitter: FlowEmitter, crossing: Crossing, scopePath: ScopePath): NestedInput {
  const { in: read, input, variables } = crossing;
  const scope = emitter.scope(scopePath);
  const iteration = emitter.iteration(scopePath);
  const slots = ({ id, keys, whole }: Crossed): Template =>
    evaluated(whole ? scope.slots(id) : pick(scope.slots(id), keys));
  return {
    ...(read.length > 0 && { steps: Object.fromEntries(read.map((one) => [one.id, slots(one)])) }),
    ...(input.length > 0 && {
      input: evaluated(object(input.map((path) => [inputKey(path), scope.input(path)]))),
    }),
    ...(variables.length > 0 && {
      variables: evaluated(object(variables.map((one) => [variableKey(one), scope.variable(one)]))),
    }),
    execution: evaluated(emitter.execution(scopePath)),
    ...(iteration && { iteration: evaluated(iteration) }),
  };
}

/** Replaces an output of all slots, one by one, by the whole output of the nested state machine. */
function withWholeOutput<T extends { readonly Output: Template }>(end: T, out: readonly string[]): T {
  const { Output } = end;
  if (out.length === 0 || !isObject(Output) || Object.keys(Output).length !== out.length) return end;
  const same = out.every((id) => Output[id] === evaluated(lookup(NESTED_OUTPUT, id)));
  return same ? { ...end, Output: evaluated(NESTED_OUTPUT) } : end;
}
