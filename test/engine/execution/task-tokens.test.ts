import { describe, expect, test } from 'vitest';
import {
  type ExecuteOptions,
  loadStateMachine,
  type TaskRequest,
  TaskTokenError,
  TaskTokens,
  VirtualClock,
} from '../../../lib/engine/index.ts';
import type { Json, JsonObject } from '../../../lib/protocol/json.ts';
import { machine, run, task } from '../harness.ts';

/** A task that waits for its task token. */
const waiting = (more: JsonObject = {}): JsonObject =>
  task({
    Resource: 'arn:aws:states:::aws-sdk:sqs:sendMessage.waitForTaskToken',
    Arguments: { token: '{% $states.context.Task.Token %}' },
    ...more,
  });

/** Runs a machine whose tasks are called, and in whose time `script` runs for each call. */
async function runWith(
  definition: JsonObject,
  script: (tokens: TaskTokens, request: TaskRequest, at: (ms: number) => Promise<void>) => Promise<Json>,
  options: Partial<ExecuteOptions> = {},
) {
  const tokens = new TaskTokens();
  const clock = new VirtualClock(0);
  const at = (ms: number) => clock.sleep(ms - clock.now());
  const resolver = (request: TaskRequest) => script(tokens, request, at);
  return { ...(await run(definition, undefined, { tokens, clock, resolver, ...options })), tokens };
}

const tokenOf = ({ arguments: given }: TaskRequest): string => String((given as JsonObject).token);

/** Answers a call, and what the script says later. */
const later =
  (script: (tokens: TaskTokens, token: string, at: (ms: number) => Promise<void>) => Promise<void>) =>
  async (tokens: TaskTokens, request: TaskRequest, at: (ms: number) => Promise<void>): Promise<Json> => {
    void script(tokens, tokenOf(request), at);
    return { MessageId: 'm' };
  };

test('a task succeeds with the output that is sent with its task token', async () => {
  const { result, events } = await runWith(
    machine({ A: waiting() }),
    later(async (tokens, token, at) => {
      await at(5000);
      tokens.sendTaskSuccess(token, { approved: true });
    }),
  );
  expect(result).toMatchObject({ status: 'SUCCEEDED', output: { approved: true }, stopMs: 5000 });
  expect(events.map(({ type, timestamp }) => `${timestamp} ${type}`)).toEqual([
    '0 ExecutionStarted',
    '0 TaskStateEntered',
    '0 TaskScheduled',
    '0 TaskStarted',
    '0 TaskSubmitted',
    '5000 TaskSucceeded',
    '5000 TaskStateExited',
    '5000 ExecutionSucceeded',
  ]);
  expect(events[4]?.details).toMatchObject({ resource: 'sendMessage.waitForTaskToken', output: { MessageId: 'm' } });
});

test('a task fails with the error that is sent with its task token', async () => {
  const { result, types } = await runWith(
    machine({ A: waiting() }),
    later(async (tokens, token) => tokens.sendTaskFailure(token, 'Rejected', 'by the boss')),
  );
  expect(result).toMatchObject({ status: 'FAILED', error: 'Rejected', cause: 'by the boss' });
  expect(types.slice(-2)).toEqual(['TaskFailed', 'ExecutionFailed']);
});

test('the answer may come before the call is over', async () => {
  const { result, types } = await runWith(machine({ A: waiting() }), async (tokens, request, at) => {
    tokens.sendTaskSuccess(tokenOf(request), 1);
    await at(1000);
    return null;
  });
  expect(result).toMatchObject({ output: 1, stopMs: 0 });
  expect(types).not.toContain('TaskSubmitted');
});

test('a call that fails fails the task', async () => {
  const { result, tokens } = await runWith(machine({ A: waiting() }), async () => {
    throw Object.assign(new TaskTokenError('InvalidToken', ''), {});
  }).catch((thrown: unknown) => ({ result: thrown, tokens: new TaskTokens() }));
  // Only a TaskError is a failure of the execution.
  expect(result).toBeInstanceOf(TaskTokenError);
  expect(tokens.waiting).toEqual([]);
});

describe('HeartbeatSeconds', () => {
  // LocalStack's recorded test_heartbeat_timeout: the error is States.Timeout, in the event TaskTimedOut.
  test('ends a task without a heartbeat', async () => {
    const { result, events, tokens } = await runWith(
      machine({ A: waiting({ HeartbeatSeconds: 5, TimeoutSeconds: 600 }) }),
      later(async () => {}),
    );
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.Timeout', stopMs: 5000 });
    expect(events.find(({ type }) => type === 'TaskScheduled')?.details).toMatchObject({
      timeoutInSeconds: 600,
      heartbeatInSeconds: 5,
    });
    expect(events.at(-2)).toMatchObject({ type: 'TaskTimedOut', details: { error: 'States.Timeout' } });
    expect(tokens.waiting).toEqual([]);
  });

  test('starts again with each heartbeat', async () => {
    const { result } = await runWith(
      machine({ A: waiting({ HeartbeatSeconds: '{% 2 + 3 %}' }) }),
      later(async (tokens, token, at) => {
        await at(4000);
        tokens.sendTaskHeartbeat(token);
        await at(8000);
        tokens.sendTaskHeartbeat(token);
      }),
    );
    expect(result).toMatchObject({ status: 'FAILED', stopMs: 13_000 });
  });

  test.each(['States.HeartbeatTimeout', 'States.Timeout'])('can be caught as %s', async (name) => {
    const states = {
      A: waiting({ HeartbeatSeconds: 5, Catch: [{ ErrorEquals: [name], Next: 'B' }] }),
      B: { Type: 'Pass', End: true },
    };
    const { result } = await runWith(
      machine(states),
      later(async () => {}),
    );
    expect(result).toMatchObject({ status: 'SUCCEEDED', output: { Error: 'States.Timeout' } });
  });

  test('States.HeartbeatTimeout does not match another timeout', async () => {
    const states = {
      A: waiting({ TimeoutSeconds: 5, Catch: [{ ErrorEquals: ['States.HeartbeatTimeout'], Next: 'B' }] }),
      B: { Type: 'Pass', End: true },
    };
    const { result } = await runWith(
      machine(states),
      later(async () => {}),
    );
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.Timeout', stopMs: 5000 });
  });
});

test('TimeoutSeconds, here an expression, ends a task that sends heartbeats', async () => {
  const { result } = await runWith(
    machine({ A: waiting({ HeartbeatSeconds: 5, TimeoutSeconds: '{% $states.input %}' }) }),
    later(async (tokens, token, at) => {
      await at(4000);
      tokens.sendTaskHeartbeat(token);
    }),
    { input: 7 },
  );
  expect(result).toMatchObject({ status: 'FAILED', error: 'States.Timeout', stopMs: 7000 });
});

test('each attempt has a token of its own', async () => {
  const seen: string[] = [];
  const { result, tokens } = await runWith(
    machine({ A: waiting({ Retry: [{ ErrorEquals: ['E'], IntervalSeconds: 0 }] }) }),
    later(async (all, token) => {
      seen.push(token);
      if (seen.length === 1) all.sendTaskFailure(token, 'E');
      else all.sendTaskSuccess(token, 'second');
    }),
  );
  expect(result.output).toBe('second');
  expect(new Set(seen).size).toBe(2);
  const code = (send: () => void) => {
    try {
      send();
      return undefined;
    } catch (thrown) {
      return thrown instanceof TaskTokenError ? thrown.code : undefined;
    }
  };
  expect(code(() => tokens.sendTaskSuccess(String(seen[0]), null))).toBe('TaskTimedOut');
  expect(code(() => tokens.sendTaskHeartbeat('x'))).toBe('InvalidToken');
});

test('a task that is stopped waits no longer', async () => {
  const host = new AbortController();
  const { result, tokens } = await runWith(
    machine({ A: waiting() }),
    later(async (_tokens, _token, at) => {
      await at(1000);
      host.abort();
    }),
    { signal: host.signal },
  );
  expect(result.status).toBe('ABORTED');
  await Promise.resolve();
  expect(tokens.waiting).toEqual([]);
});

test('a nested execution can answer', async () => {
  const inner = machine({
    B: task({ Arguments: { token: '{% $states.input.token %}' }, Output: null }),
  });
  const outer = machine({
    A: task({
      Resource: 'arn:aws:states:::states:startExecution.waitForTaskToken',
      Arguments: { StateMachineArn: 'inner', Input: { token: '{% $states.context.Task.Token %}' } },
    }),
  });
  const { result, events } = await runWith(
    outer,
    async (tokens, request) => {
      tokens.sendTaskSuccess(tokenOf(request), 'from inside');
      return null;
    },
    { nestedMachines: () => ({ machine: loadStateMachine(inner), name: 'inner' }) },
  );
  expect(result.output).toBe('from inside');
  expect(events.filter(({ type }) => type === 'ExecutionSucceeded')).toHaveLength(2);
});

test('without TaskTokens, the answer of the call is the result', async () => {
  const { result, requests } = await run(machine({ A: waiting() }), () => 'mocked');
  expect(result.output).toBe('mocked');
  expect(requests[0]?.token).toBe(tokenOf(requests[0] as TaskRequest));
});
