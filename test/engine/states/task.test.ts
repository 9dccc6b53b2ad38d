import { expect, test } from 'vitest';
import { machine, run, task } from '../harness.ts';

test('calls the resolver with the evaluated Arguments and returns its result', async () => {
  const { result, requests } = await run(
    machine({ A: task({ Arguments: { n: '{% $states.input.n + 1 %}' } }) }),
    ({ arguments: args }) => ({ got: args }),
    { input: { n: 1 }, name: 'one' },
  );
  expect(requests).toMatchObject([{ arguments: { n: 2 }, stateName: 'A', attempt: 0, execution: { name: 'one' } }]);
  expect(result).toMatchObject({ status: 'SUCCEEDED', output: { got: { n: 2 } }, transitions: 1 });
});

test('passes its input without Arguments', async () => {
  const { requests } = await run(machine({ A: task() }), () => null, { input: [1] });
  expect(requests[0]?.arguments).toEqual([1]);
});

test('Output and Assign see the result and the variables from before', async () => {
  const states = {
    A: { Type: 'Pass', Assign: { v: 1 }, Next: 'B' },
    B: {
      ...task({ Assign: { v: '{% $v + $states.result %}', w: '{% $v %}' }, Output: '{% [$v, $states.result] %}' }),
      End: false,
      Next: 'C',
    },
    C: { Type: 'Pass', Output: { v: '{% $v %}', w: '{% $w %}', before: '{% $states.input %}' }, End: true },
  };
  const { result } = await run(machine(states), () => 10);
  expect(result.output).toEqual({ v: 11, w: 1, before: [1, 10] });
});

test('TimeoutSeconds ends a call that takes longer, and aborts its signal', async () => {
  const { result, requests, types } = await run(machine({ A: task({ TimeoutSeconds: 2 }) }), () => ({ ms: 5000 }));
  expect(result).toMatchObject({ status: 'FAILED', error: 'States.Timeout', stopMs: 2000 });
  expect(requests[0]?.signal.aborted).toBe(true);
  expect(types).toContain('TaskTimedOut');
});

test('a call within its TimeoutSeconds leaves no timer behind', async () => {
  const { result } = await run(machine({ A: task({ TimeoutSeconds: '{% 10 %}' }) }), () => ({ ms: 1000, result: 1 }));
  expect(result).toMatchObject({ status: 'SUCCEEDED', output: 1, stopMs: 1000 });
});

test.each([0, -1, 2.5])('a TimeoutSeconds of %d is refused', async (seconds) => {
  const { result, requests } = await run(machine({ A: task({ TimeoutSeconds: '{% $states.input %}' }) }), () => 1, {
    input: seconds,
  });
  expect(result.error).toBe('States.QueryEvaluationError');
  expect(result.cause).toContain(`The TimeoutSeconds field must be a positive integer but was: ${seconds}`);
  expect(requests).toEqual([]);
});

test('a state machine that takes longer than its TimeoutSeconds is stopped', async () => {
  const { result, types } = await run(machine({ A: task() }, { TimeoutSeconds: 3 }), () => ({ ms: 5000 }));
  expect(result).toMatchObject({ status: 'TIMED_OUT', error: 'States.Timeout', stopMs: 3000 });
  expect(types.slice(-2)).toEqual(['TaskStateAborted', 'ExecutionTimedOut']);
});

test('an Express execution ends after five minutes', async () => {
  const { result } = await run(machine({ A: { Type: 'Wait', Seconds: 301, End: true } }), undefined, {
    type: 'EXPRESS',
  });
  expect(result).toMatchObject({ status: 'TIMED_OUT', stopMs: 300_000 });
});

test('an input of null is an input', async () => {
  expect((await run(machine({ A: task() }), ({ arguments: args }) => [args], { input: null })).result.output).toEqual([
    null,
  ]);
});

test('a host that aborts ends the execution and its tasks', async () => {
  const host = new AbortController();
  const { result, requests, types } = await run(
    machine({ A: task() }),
    () => {
      queueMicrotask(() => host.abort());
      return { ms: 1000 };
    },
    { signal: host.signal },
  );
  expect(result.status).toBe('ABORTED');
  expect(requests[0]?.signal.aborted).toBe(true);
  expect(types.slice(-2)).toEqual(['TaskStateAborted', 'ExecutionAborted']);
});

test('a fault of the host is not a failure of the execution', async () => {
  const broken = machine({ A: task({ Catch: [{ ErrorEquals: ['States.ALL'], Next: 'B' }] }), B: { Type: 'Succeed' } });
  await expect(
    run(broken, () => {
      throw new RangeError('a fault');
    }),
  ).rejects.toThrow(RangeError);
});

test.each([
  ['arn:aws:states:::lambda:invoke', ['TaskScheduled', 'TaskStarted', 'TaskSucceeded']],
  [
    'arn:aws:lambda:us-east-1:1:function:f',
    ['LambdaFunctionScheduled', 'LambdaFunctionStarted', 'LambdaFunctionSucceeded'],
  ],
  ['arn:aws:states:::states:startExecution.sync:2', ['TaskScheduled', 'TaskStarted', 'TaskSubmitted', 'TaskSucceeded']],
  ['arn:aws:states:eu-west-1:1:activity:a', ['ActivityScheduled', 'ActivityStarted', 'ActivitySucceeded']],
])('%s has the events of its kind', async (resource, wanted) => {
  const Arguments = { FunctionName: 'f', StateMachineArn: 'm' };
  const { types } = await run(machine({ A: task({ Resource: resource, Arguments }) }));
  expect(types).toEqual(['ExecutionStarted', 'TaskStateEntered', ...wanted, 'TaskStateExited', 'ExecutionSucceeded']);
});

test('a task that waits for a task token has one in the context object', async () => {
  const token = '{% $states.context.Task.Token %}';
  const resource = 'arn:aws:states:::lambda:invoke.waitForTaskToken';
  const Arguments = { FunctionName: 'f', Payload: { token } };
  const { requests } = await run(machine({ A: task({ Resource: resource, Arguments }) }));
  expect(requests[0]?.arguments).toMatchObject({ Payload: { token: expect.stringMatching(/^[0-9a-f-]{36}$/) } });
});
