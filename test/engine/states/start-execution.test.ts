import { expect, test } from 'vitest';
import { type ExecuteOptions, loadStateMachine, type NestedMachine } from '../../../lib/engine/index.ts';
import type { Json, JsonObject } from '../../../lib/protocol/json.ts';
import { type Behaviour, machine, run, task } from '../harness.ts';

const ARN = 'arn:aws:states:us-east-1:1:stateMachine:inner';
const ID = 'arn:aws:states:local:000000000000:execution:inner';

/** A task that starts the state machine `inner`. */
const starts = (suffix: string, more: JsonObject = {}, given: JsonObject = {}): JsonObject =>
  task({
    Resource: `arn:aws:states:::states:startExecution${suffix}`,
    Arguments: { StateMachineArn: ARN, ...given },
    ...more,
  });

/** Runs a machine whose tasks can start `inner`. */
function runOuter(
  outer: JsonObject,
  inner: JsonObject,
  behave: Behaviour = () => null,
  options: Partial<ExecuteOptions> = {},
  more: Partial<NestedMachine> = {},
) {
  const nested: NestedMachine = { machine: loadStateMachine(inner), name: 'inner', ...more };
  return run(outer, behave, { nestedMachines: (arn) => (arn === ARN ? nested : undefined), name: 'outer', ...options });
}

const echo = machine({ B: { Type: 'Pass', Output: { got: '{% $states.input %}' }, End: true } });
const causeOf = ({ cause }: { readonly cause?: string }): Json => JSON.parse(cause ?? 'null');

test('sync:2 gives the description of the execution, with its output as JSON', async () => {
  const outer = machine({ A: starts('.sync:2', {}, { Input: { n: 1 }, Name: 'one' }) });
  const waits = machine({ W: { Type: 'Wait', Seconds: 5, Next: 'B' }, B: { Type: 'Pass', Output: 7, End: true } });
  const { result } = await runOuter(outer, waits);
  // What AWS answers, with Input and Output as JSON: LocalStack's recorded test_start_execution_sync2, and a recording of
  // test_cross_account_states_start_sync_execution from after redrives came.
  expect(result.output).toEqual({
    ExecutionArn: `${ID}:one`,
    Input: { n: 1 },
    InputDetails: { Included: true },
    Name: 'one',
    Output: 7,
    OutputDetails: { Included: true },
    RedriveCount: 0,
    RedriveStatus: 'NOT_REDRIVABLE',
    RedriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
    StartDate: 0,
    StateMachineArn: ARN,
    Status: 'SUCCEEDED',
    StopDate: 5000,
  });
  expect(result).toMatchObject({ status: 'SUCCEEDED', stopMs: 5000, transitions: 3 });
});

test('sync gives input and output as JSON texts', async () => {
  const outer = machine({ A: starts('.sync', {}, { Input: { n: 1 } }) });
  const { result } = await runOuter(outer, echo);
  expect(result.output).toMatchObject({ Input: '{"n":1}', Output: '{"got":{"n":1}}' });
});

test.each<[string, JsonObject, Json]>([
  ['none', {}, {}],
  ['null', { Input: null }, {}],
  ['a JSON text', { Input: '"text"' }, 'text'],
  ['a list', { Input: [1] }, [1]],
])('its input: %s', async (_, given, wanted) => {
  const { result } = await runOuter(machine({ A: starts('.sync:2', {}, given) }), echo);
  expect(result.output).toMatchObject({ Input: wanted, Output: { got: wanted } });
});

test.each<[string, JsonObject, string]>([
  ['an input that is not valid JSON', { Input: 'x y' }, 'StepFunctions.InvalidExecutionInputException'],
  ['a name with a space', { Name: 'x y' }, 'StepFunctions.InvalidNameException'],
])('%s is refused', async (_, given, error) => {
  const { result, types } = await runOuter(machine({ A: starts('.sync:2', {}, given) }), echo);
  expect(result).toMatchObject({ status: 'FAILED', error });
  expect(types).not.toContain('TaskSubmitted');
});

test('a name is unique', async () => {
  const states = {
    A: { ...starts('', {}, { Name: 'one' }), End: false, Next: 'B' },
    B: starts('.sync:2', {}, { Name: 'one' }),
  };
  const { result } = await runOuter(machine(states), echo);
  // The form of the cause: LocalStack's recorded test_start_execution_no_such_arn.
  expect(result).toMatchObject({
    error: 'StepFunctions.ExecutionAlreadyExistsException',
    cause: expect.stringMatching(
      /^Execution Already Exists: '.*:inner:one' \(Service: AWSStepFunctions; Status Code: 400; Error Code: ExecutionAlreadyExists; Request ID: [0-9a-f-]{36}; Proxy: null\)$/,
    ),
  });
});

test('a failed execution fails the task, and the cause describes it', async () => {
  const fails = machine({ F: { Type: 'Fail', Error: 'Some', Cause: 'broke' } });
  const { result } = await runOuter(machine({ A: starts('.sync:2', {}, { Name: 'one' }) }), fails);
  // LocalStack's recorded test_start_execution_sync_delegate_failure.
  expect(result.error).toBe('States.TaskFailed');
  expect(causeOf(result)).toEqual({
    Cause: 'broke',
    Error: 'Some',
    ExecutionArn: `${ID}:one`,
    Input: '{}',
    InputDetails: { Included: true },
    Name: 'one',
    RedriveCount: 0,
    RedriveStatus: 'REDRIVABLE',
    StartDate: 0,
    StateMachineArn: ARN,
    Status: 'FAILED',
    StopDate: 0,
  });
});

test('an execution that times out fails the task too, and can be caught', async () => {
  const slow = machine({ W: { Type: 'Wait', Seconds: 60, End: true } }, { TimeoutSeconds: 2 });
  const outer = machine({
    A: starts('.sync:2', { Catch: [{ ErrorEquals: ['States.TaskFailed'], Next: 'C' }] }),
    C: { Type: 'Pass', Output: '{% $parse($states.input.Cause).Status %}', End: true },
  });
  const { result } = await runOuter(outer, slow);
  expect(result).toMatchObject({ status: 'SUCCEEDED', output: 'TIMED_OUT', stopMs: 2000 });
});

test('the description of an execution that timed out has no error', async () => {
  const slow = machine({ W: { Type: 'Wait', Seconds: 60, End: true } }, { TimeoutSeconds: 2 });
  const { result } = await runOuter(machine({ A: starts('.sync:2') }), slow);
  // As measured on AWS for both forms of the call: floci, AslExecutorNestedSyncFailureTest.
  expect(Object.keys(causeOf(result) as JsonObject)).toEqual([
    'ExecutionArn',
    'Input',
    'InputDetails',
    'Name',
    'RedriveCount',
    'RedriveStatus',
    'StartDate',
    'StateMachineArn',
    'Status',
    'StopDate',
  ]);
});

test('a task that stops waiting aborts the execution', async () => {
  const slow = machine({ T: task() });
  const { result, events, requests } = await runOuter(
    machine({ A: starts('.sync:2', { TimeoutSeconds: 3 }, { Name: 'one' }) }),
    slow,
    () => ({ ms: 60_000 }),
  );
  expect(result).toMatchObject({ status: 'FAILED', error: 'States.Timeout', stopMs: 3000 });
  expect(requests[0]?.signal.aborted).toBe(true);
  const own = events.filter(({ execution }) => execution === `${ID}:one`);
  expect(own.slice(-2).map(({ type }) => type)).toEqual(['TaskStateAborted', 'ExecutionAborted']);
  expect(own.at(-1)?.details.cause).toBe(
    `The Task state in AWS Step Functions execution [${result.id}] which was managing this resource was aborted`,
  );
});

test('a host that aborts stops nested executions', async () => {
  const host = new AbortController();
  const outer = machine({ A: starts('.sync:2') });
  const inner = machine({ T: task() });
  const behave = () => {
    queueMicrotask(() => host.abort());
    return { ms: 1000 };
  };
  const { result, requests, events } = await runOuter(outer, inner, behave, { signal: host.signal });
  expect(result.status).toBe('ABORTED');
  expect(requests[0]?.signal.aborted).toBe(true);
  for (const isInner of [true, false]) {
    const own = events.filter(({ execution }) => (execution !== undefined) === isInner);
    expect(own.slice(-2).map(({ type }) => type)).toEqual(['TaskStateAborted', 'ExecutionAborted']);
  }
});

test('startExecution alone does not wait, but the host does', async () => {
  const slow = machine({ W: { Type: 'Wait', Seconds: 60, Next: 'T' }, T: task() });
  const { result, requests, events } = await runOuter(machine({ A: starts('', {}, { Name: 'one' }) }), slow);
  expect(result).toMatchObject({ output: { ExecutionArn: `${ID}:one`, StartDate: 0 }, stopMs: 0 });
  expect(requests).toMatchObject([{ execution: { name: 'one' } }]);
  expect(events.at(-1)).toMatchObject({ type: 'ExecutionSucceeded', execution: `${ID}:one`, timestamp: 60_000 });
});

test('the failure of an execution that its parent does not wait for does not fail the parent', async () => {
  const { result } = await runOuter(machine({ A: starts('') }), machine({ F: { Type: 'Fail' } }));
  expect(result.status).toBe('SUCCEEDED');
});

test('a fault of the host in a child execution is a fault of the host', async () => {
  const fault = () => {
    throw new RangeError('a fault');
  };
  await expect(runOuter(machine({ A: starts('') }), machine({ T: task() }), fault)).rejects.toThrow(RangeError);
  await expect(runOuter(machine({ A: starts('.sync:2') }), machine({ T: task() }), fault)).rejects.toThrow(RangeError);
});

test('each execution has a history, a name and variables of its own', async () => {
  const outer = machine({
    V: { Type: 'Pass', Assign: { v: 1 }, Next: 'A' },
    A: starts('.sync:2', {}, { Name: 'one' }),
  });
  const inner = machine({ B: { Type: 'Pass', Output: '{% [$exists($v), $states.context.Execution] %}', End: true } });
  const { result, events } = await runOuter(outer, inner);
  expect(result.output).toMatchObject({ Output: [false, { Id: `${ID}:one`, Name: 'one', Input: {} }] });
  const of = (id: string | undefined) => events.filter(({ execution }) => execution === id);
  expect(of(`${ID}:one`).map(({ id, type }) => [id, type])).toEqual([
    [1, 'ExecutionStarted'],
    [2, 'PassStateEntered'],
    [3, 'PassStateExited'],
    [4, 'ExecutionSucceeded'],
  ]);
  expect(of(undefined).map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(of(undefined).find(({ type }) => type === 'TaskSubmitted')?.details).toEqual({
    resource: 'startExecution.sync:2',
    resourceType: 'states',
    output: { ExecutionArn: `${ID}:one`, StartDate: 0 },
  });
});

test('an Express child execution times out after five minutes', async () => {
  const slow = machine({ W: { Type: 'Wait', Seconds: 301, End: true } });
  const { result } = await runOuter(machine({ A: starts('.sync:2') }), slow, undefined, {}, { type: 'EXPRESS' });
  expect(causeOf(result)).toMatchObject({ Status: 'TIMED_OUT', StopDate: 300_000 });
});

test('a call of a state machine that the host does not know goes to the resolver', async () => {
  const outer = machine({ A: starts('.sync:2') });
  const { result } = await run(outer, ({ arguments: given }) => [given], { nestedMachines: () => undefined });
  expect(result.output).toEqual([{ StateMachineArn: ARN }]);
});
