import { type HistoryEvent as AwsHistoryEvent, HistoryEventType } from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import { awsHistoryEvent, type ExecuteOptions, TaskTokens } from '../../../lib/engine/index.ts';
import type { Json, JsonObject } from '../../../lib/protocol/json.ts';
import { type Behaviour, machine, run, task } from '../harness.ts';

/** The history of a run, as the API gives it. */
async function historyOf(
  definition: JsonObject,
  behave?: Behaviour,
  options: Partial<ExecuteOptions> = {},
): Promise<readonly AwsHistoryEvent[]> {
  const { events } = await run(definition, behave, options);
  // No event has a type that AWS does not know.
  expect(Object.keys(HistoryEventType)).toEqual(expect.arrayContaining(events.map(({ type }) => type)));
  return events.filter(({ execution }) => execution === undefined).map(awsHistoryEvent);
}

const NOT_TRUNCATED = { truncated: false };
const timestamp = new Date(0);

// As in LocalStack's recording of test_base_task[TIMEOUT_SECONDS], with what the function answers left out.
test('a task of a service', async () => {
  const definition = machine({
    Start: task({
      Resource: 'arn:aws:states:::lambda:invoke',
      TimeoutSeconds: '{% 1 %}',
      Arguments: { FunctionName: 'f', Payload: {} },
      Credentials: { RoleArn: 'arn:r' },
    }),
  });
  expect(await historyOf(definition, () => ({ StatusCode: 200 }))).toEqual([
    {
      timestamp,
      type: 'ExecutionStarted',
      id: 1,
      previousEventId: 0,
      executionStartedEventDetails: {
        input: '{}',
        inputDetails: NOT_TRUNCATED,
        roleArn: 'arn:aws:iam::000000000000:role/local',
      },
    },
    {
      timestamp,
      type: 'TaskStateEntered',
      id: 2,
      previousEventId: 0,
      stateEnteredEventDetails: { name: 'Start', input: '{}', inputDetails: NOT_TRUNCATED },
    },
    {
      timestamp,
      type: 'TaskScheduled',
      id: 3,
      previousEventId: 2,
      taskScheduledEventDetails: {
        resourceType: 'lambda',
        resource: 'invoke',
        region: 'local',
        parameters: '{"FunctionName":"f","Payload":{}}',
        timeoutInSeconds: 1,
        taskCredentials: { roleArn: 'arn:r' },
      },
    },
    {
      timestamp,
      type: 'TaskStarted',
      id: 4,
      previousEventId: 3,
      taskStartedEventDetails: { resourceType: 'lambda', resource: 'invoke' },
    },
    {
      timestamp,
      type: 'TaskSucceeded',
      id: 5,
      previousEventId: 4,
      taskSucceededEventDetails: {
        resourceType: 'lambda',
        resource: 'invoke',
        output: '{"StatusCode":200}',
        outputDetails: NOT_TRUNCATED,
      },
    },
    {
      timestamp,
      type: 'TaskStateExited',
      id: 6,
      previousEventId: 5,
      stateExitedEventDetails: { name: 'Start', output: '{"StatusCode":200}', outputDetails: NOT_TRUNCATED },
    },
    {
      timestamp,
      type: 'ExecutionSucceeded',
      id: 7,
      previousEventId: 6,
      executionSucceededEventDetails: { output: '{"StatusCode":200}', outputDetails: NOT_TRUNCATED },
    },
  ]);
});

/** An event's type and its details. */
const lines = (events: readonly AwsHistoryEvent[]): readonly Json[] =>
  events
    .slice(2, -1)
    .map(({ type, id: _, previousEventId: _previous, timestamp: _timestamp, ...details }) =>
      JSON.parse(JSON.stringify([type, ...Object.entries(details).flat()])),
    );

// As in LocalStack's recording of test_fixed_timeout_lambda: what a function's start has, and how it times out.
test('a function by its ARN', async () => {
  const arn = 'arn:aws:lambda:us-east-1:1:function:f';
  const events = await historyOf(machine({ Start: task({ Resource: arn, TimeoutSeconds: 5 }) }), () => ({ ms: 9000 }));
  expect(lines(events)).toEqual([
    [
      'LambdaFunctionScheduled',
      'lambdaFunctionScheduledEventDetails',
      { resource: arn, timeoutInSeconds: 5, input: '{}', inputDetails: NOT_TRUNCATED },
    ],
    ['LambdaFunctionStarted'],
    ['LambdaFunctionTimedOut', 'lambdaFunctionTimedOutEventDetails', { error: 'States.Timeout' }],
  ]);
  expect(events.at(-1)).toMatchObject({
    type: 'ExecutionFailed',
    executionFailedEventDetails: { error: 'States.Timeout' },
  });
});

// As in LocalStack's recording of test_heartbeat_timeout.
test('a task that waits for a token', async () => {
  const definition = machine({
    Start: task({
      Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
      Arguments: { QueueUrl: 'q', MessageBody: 'm' },
      HeartbeatSeconds: 5,
      TimeoutSeconds: 600,
    }),
  });
  const common = { resourceType: 'sqs', resource: 'sendMessage.waitForTaskToken' };
  expect(lines(await historyOf(definition, () => 'sent', { tokens: new TaskTokens() }))).toEqual([
    [
      'TaskScheduled',
      'taskScheduledEventDetails',
      {
        ...common,
        region: 'local',
        parameters: '{"QueueUrl":"q","MessageBody":"m"}',
        timeoutInSeconds: 600,
        heartbeatInSeconds: 5,
      },
    ],
    ['TaskStarted', 'taskStartedEventDetails', common],
    ['TaskSubmitted', 'taskSubmittedEventDetails', { ...common, output: '"sent"', outputDetails: NOT_TRUNCATED }],
    ['TaskTimedOut', 'taskTimedOutEventDetails', { ...common, error: 'States.Timeout' }],
  ]);
});

test('a failed task', async () => {
  const events = await historyOf(machine({ Start: task() }), () => ({ fail: 'E', cause: 'why' }));
  expect(events.at(-2)?.taskFailedEventDetails).toMatchObject({ error: 'E', cause: 'why' });
  expect(events.at(-1)?.executionFailedEventDetails).toEqual({ error: 'E', cause: 'why' });
});

// As in LocalStack's recordings of test_reference_assign: the values of variables are JSON texts.
test('what is assigned', async () => {
  const [, , exited] = await historyOf(
    machine({ State0: { Type: 'Pass', Assign: { result: 'foobar', bias: 4.3 }, Output: null, End: true } }),
  );
  expect(exited?.stateExitedEventDetails).toEqual({
    name: 'State0',
    output: 'null',
    outputDetails: NOT_TRUNCATED,
    assignedVariables: { result: '"foobar"', bias: '4.3' },
    assignedVariablesDetails: NOT_TRUNCATED,
  });
});

test('a failed expression', async () => {
  const events = await historyOf(
    machine({ A: { Type: 'Pass', Output: { v: '{% $states.input.missing %}' }, End: true } }),
  );
  const cause =
    "An error occurred while executing the state 'A' (entered at the event id #2). The JSONata expression '$states.input.missing' specified for the field 'Output/v' returned nothing (undefined).";
  expect(events.at(-2)?.evaluationFailedEventDetails).toEqual({
    error: 'States.QueryEvaluationError',
    cause,
    location: 'Output/v',
    state: 'A',
  });
});

test('Map, Parallel, Wait and Choice', async () => {
  const pass = (name: string): JsonObject => ({ StartAt: name, States: { [name]: { Type: 'Pass', End: true } } });
  const definition = machine({
    M: { Type: 'Map', Items: [1], ItemProcessor: pass('I'), Output: 0, Next: 'P' },
    P: { Type: 'Parallel', Branches: [pass('B')], Output: 0, Next: 'W' },
    W: { Type: 'Wait', Seconds: 1, Next: 'C' },
    C: { Type: 'Choice', Choices: [{ Condition: true, Next: 'S' }] },
    S: { Type: 'Succeed' },
  });
  const found = lines(await historyOf(definition));
  const of = (name: string): readonly Json[] => found.filter((line) => Array.isArray(line) && line[0] === name);
  expect(of('MapStateStarted')).toEqual([['MapStateStarted', 'mapStateStartedEventDetails', { length: 1 }]]);
  expect(of('MapIterationStarted')).toEqual([
    ['MapIterationStarted', 'mapIterationStartedEventDetails', { name: 'M', index: 0 }],
  ]);
  expect(of('MapStateSucceeded')).toEqual([['MapStateSucceeded']]);
  expect(of('ParallelStateStarted')).toEqual([['ParallelStateStarted']]);
  for (const type of ['Wait', 'Choice', 'Succeed']) {
    expect(of(`${type}StateExited`)).toMatchObject([[`${type}StateExited`, 'stateExitedEventDetails', {}]]);
  }
});

test('an aborted execution', async () => {
  const host = new AbortController();
  const events = await historyOf(
    machine({ A: task() }),
    () => {
      queueMicrotask(() => host.abort());
      return { ms: 1000 };
    },
    { signal: host.signal },
  );
  expect(events.at(-2)).toEqual({ timestamp, type: 'TaskStateAborted', id: 5, previousEventId: 4 });
  expect(events.at(-1)).toMatchObject({ type: 'ExecutionAborted', executionAbortedEventDetails: {} });
});
