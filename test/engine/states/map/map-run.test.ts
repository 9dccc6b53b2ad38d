import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../../lib/protocol/json.ts';
import { machine, run, task } from '../../harness.ts';
import { mapOf, memoryObjects, readerOf } from './memory-objects.ts';

const express = { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' };
const context = { Type: 'Pass', Output: '{% $states.context %}', End: true };

describe('child executions', () => {
  test('have a context object of their own, named by the Map', async () => {
    const definition = mapOf({ Items: ['x'], Label: 'Jobs' }, context);
    const { result } = await run(definition, undefined, { stateMachineName: 'shop', name: 'parent' });
    expect(result.output).toMatchObject([
      {
        Execution: { Input: 'x', Id: expect.stringMatching(/:execution:shop\/Jobs:[0-9a-f-]{36}$/) },
        StateMachine: { Id: expect.stringMatching(/:stateMachine:shop\/Jobs$/), Name: 'shop/Jobs' },
      },
    ]);
  });

  test('without a Label are named by the state', async () => {
    const states = { 'A: the <Map>': { ...((mapOf({}, context).States as JsonObject).Map as JsonObject), Items: [1] } };
    const { result } = await run(machine(states));
    expect(result.output).toMatchObject([{ StateMachine: { Name: 'local/A--the--Map-' } }]);
  });

  test('see no variable of the parent, and ItemSelector sees all', async () => {
    const states = {
      V: { Type: 'Pass', Assign: { v: 7 }, Next: 'Map' },
      ...(mapOf(
        { Items: [1], ItemSelector: { v: '{% $v %}' } },
        { Type: 'Pass', Output: '{% [$states.input.v, $exists($v)] %}', End: true },
      ).States as JsonObject),
    };
    expect((await run(machine(states))).result.output).toEqual([[7, false]]);
  });

  test('may assign what the parent has assigned', async () => {
    const inner = { Type: 'Pass', Assign: { v: '{% $states.input %}' }, Next: 'Last' };
    const processor = {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      StartAt: 'First',
      States: { First: inner, Last: { Type: 'Pass', Output: '{% $v %}', End: true } },
    };
    const states = {
      V: { Type: 'Pass', Assign: { v: 7 }, Next: 'Map' },
      Map: { Type: 'Map', Items: [1, 2], ItemProcessor: processor, Next: 'End' },
      End: { Type: 'Pass', Output: '{% [$states.input, $v] %}', End: true },
    };
    expect((await run(machine(states))).result.output).toEqual([1, 2, 7]);
  });

  test('each have 25,000 events of their own', async () => {
    const states = {
      A: { Type: 'Pass', Output: '{% $states.input - 1 %}', Next: 'B' },
      B: { Type: 'Choice', Choices: [{ Condition: '{% $states.input > 0 %}', Next: 'A' }], Default: 'C' },
      C: { Type: 'Succeed' },
    };
    const ItemProcessor = {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      StartAt: 'A',
      States: states,
    };
    const { result } = await run(mapOf({ Items: [6000, 6000], ItemProcessor }));
    expect(result).toMatchObject({ output: [0, 0], events: 8 });
    const tooLong = await run(mapOf({ Items: [7000], ItemProcessor, ToleratedFailureCount: 1 }));
    expect(tooLong.result.output).toMatchObject([{ Status: 'FAILED', Error: 'States.Runtime' }]);
    const ItemProcessorExpress = { ...ItemProcessor, ProcessorConfig: express };
    expect((await run(mapOf({ Items: [7000], ItemProcessor: ItemProcessorExpress }))).result.output).toEqual([0]);
  });

  test('of type Express end after five minutes', async () => {
    const ItemProcessor = {
      ProcessorConfig: express,
      StartAt: 'W',
      States: { W: { Type: 'Wait', Seconds: '{% $states.input %}', End: true } },
    };
    const { result } = await run(mapOf({ Items: [299, 301], ItemProcessor, ToleratedFailureCount: 1 }));
    expect(result).toMatchObject({ output: [299, { Status: 'TIMED_OUT' }], stopMs: 300_000 });
    const { result: failed } = await run(mapOf({ Items: [301], ItemProcessor }));
    expect(failed).toMatchObject({ error: 'States.ExceedToleratedFailureThreshold' });
  });

  test.each([
    ['arn:aws:states:::states:startExecution.sync:2', ".sync' service integration", { StateMachineArn: 'a' }],
    [
      'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
      ".waitForTaskToken' service integration",
      { QueueUrl: 'q', MessageBody: '{% $states.context.Task.Token %}' },
    ],
    ['arn:aws:states:us-east-1:000000000000:activity:a', 'Activity ARN', {}],
  ])('of type Express have no task of %s', async (Resource, what, Arguments) => {
    const states = {
      A: task({ Resource, Arguments }),
    };
    const processor = (ProcessorConfig: JsonObject) => ({ ProcessorConfig, StartAt: 'A', States: states });
    const loading = run(mapOf({ Items: [], ItemProcessor: processor(express) }));
    await expect(loading).rejects.toThrow(`Express state machine does not support`);
    await expect(loading).rejects.toThrow(what);
    const standard = processor({ Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' });
    expect((await run(mapOf({ Items: [], ItemProcessor: standard }))).result.status).toBe('SUCCEEDED');
  });

  test('with an input over 256 KiB fail', async () => {
    const { result, events } = await run(mapOf({ Items: [1], ItemSelector: { a: 'x'.repeat(262_144) } }));
    expect(result).toMatchObject({ error: 'States.ExceedToleratedFailureThreshold' });
    const failed = events.find(({ type, execution }) => type === 'ExecutionFailed' && execution !== undefined);
    expect(failed?.details).toMatchObject({ error: 'States.DataLimitExceeded' });
  });
});

describe('items', () => {
  test('of an object are its fields', async () => {
    const ItemSelector = '{% $states.context.Map.Item %}';
    const { result } = await run(mapOf({ Items: { b: 1, a: [2] }, ItemSelector }));
    expect(result.output).toEqual([
      { Index: 0, Key: 'b', Value: 1, Source: 'STATE_DATA' },
      { Index: 1, Key: 'a', Value: [2], Source: 'STATE_DATA' },
    ]);
    expect((await run(mapOf({ Items: '{% {"b": 1} %}' }))).result.output).toEqual([{ Key: 'b', Value: 1 }]);
  });

  test('of no other value', async () => {
    const { result } = await run(mapOf({ Items: '{% 1 %}' }));
    expect(result.cause).toMatch(/for the field 'Items' .* Expected 'array', but was 'number' for value: 1$/);
  });

  test('that ItemSelector cannot make into an input fail the Map Run', async () => {
    const { result, types } = await run(mapOf({ Items: [1], ItemSelector: '{% $states.context.Map.Item.Value.x %}' }));
    expect(result).toMatchObject({ error: 'States.QueryEvaluationError' });
    expect(types.slice(-4)).toEqual(['EvaluationFailed', 'MapRunFailed', 'MapStateFailed', 'ExecutionFailed']);
  });
});

describe('concurrency', () => {
  const Items = Array.from({ length: 100 }, (_, at) => at);
  test.each([
    [1, 100_000],
    ['{% 30 %}', 4000],
    [0, 1000],
    [undefined, 1000],
  ])('with MaxConcurrency %j a hundred items of a second take %d ms', async (most, ms) => {
    const more = { Items, ...(most !== undefined && { MaxConcurrency: most }) };
    const { result } = await run(mapOf(more, task()), () => ({ ms: 1000 }));
    expect(result.stopMs).toBe(ms);
  });

  test('ten thousand run at once, and no more are read ahead', async () => {
    const lines = Array.from({ length: 10_050 }, (_, at) => `${at}\n`).join('');
    let most = 0;
    let running = 0;
    const { result } = await run(
      mapOf({ ...readerOf({ InputType: 'JSONL' }) }, task()),
      () => {
        most = Math.max(most, ++running);
        return { ms: 1000, result: null };
      },
      { objects: memoryObjects({ 'b/k': lines }).s3, onEvent: ({ type }) => type === 'TaskSucceeded' && running-- },
    );
    expect([result.status, result.stopMs, most]).toEqual(['SUCCEEDED', 2000, 10_000]);
  });
});

describe('failures', () => {
  const failing = (more: JsonObject, broken: readonly number[]) =>
    run(mapOf(more, task()), ({ arguments: args }) =>
      broken.includes(Number(args)) ? { fail: 'Broken', cause: 'so' } : { ms: 1000, result: args },
    );

  test('more than tolerated stop all, with the cause that AWS gives', async () => {
    const { result, types } = await failing({ Items: [1, 2, 3] }, [2]);
    expect(result).toMatchObject({
      status: 'FAILED',
      error: 'States.ExceedToleratedFailureThreshold',
      cause: 'The specified tolerated failure threshold was exceeded',
      stopMs: 0,
    });
    expect(types.filter((type) => type === 'ExecutionAborted')).toHaveLength(2);
    expect(types.slice(-3)).toEqual(['MapRunFailed', 'MapStateFailed', 'ExecutionFailed']);
  });

  test('are caught and retried as in any state', async () => {
    const Retry = [{ ErrorEquals: ['States.ExceedToleratedFailureThreshold'], MaxAttempts: 1, IntervalSeconds: 5 }];
    const { result, types } = await failing({ Items: [1], Retry }, [1]);
    expect(result).toMatchObject({ status: 'FAILED', stopMs: 5000 });
    // Source: test_map_state_retry of LocalStack's recorded tests: the state fails once, when no retry is left.
    expect(types.filter((type) => /^Map(State|Run)/.test(type))).toEqual([
      'MapStateEntered',
      'MapStateStarted',
      'MapRunStarted',
      'MapRunFailed',
      'MapStateStarted',
      'MapRunStarted',
      'MapRunFailed',
      'MapStateFailed',
    ]);
  });

  test('of a batch are those of all its items', async () => {
    const batches = { Items: [1, 2, 3, 4], ItemBatcher: { MaxItemsPerBatch: 2 } };
    const count = async (ToleratedFailureCount: number) =>
      (
        await run(mapOf({ ...batches, ToleratedFailureCount }, task()), ({ arguments: args }) =>
          JSON.stringify(args).includes('1') ? { fail: 'Broken' } : null,
        )
      ).result.status;
    expect([await count(1), await count(2)]).toEqual(['FAILED', 'SUCCEEDED']);
  });

  test('a percentage is relative to all items, whose number a reader only knows at the end', async () => {
    const { s3 } = memoryObjects({ 'b/k': '1\n2\n3\n4\n' });
    const percentage = async (ToleratedFailurePercentage: number) => {
      const { result, requests } = await run(
        mapOf({ ...readerOf({ InputType: 'JSONL' }), ToleratedFailurePercentage, MaxConcurrency: 1 }, task()),
        ({ arguments: args }) => (Number(args) <= 2 ? { fail: 'Broken' } : args),
        { objects: s3 },
      );
      return [result.status, requests.length];
    };
    expect(await percentage(0)).toEqual(['FAILED', 1]);
    expect(await percentage(49)).toEqual(['FAILED', 4]);
    expect(await percentage(50)).toEqual(['SUCCEEDED', 4]);
  });

  // Source: test_map_state_tolerated_failure_count_path and _percentage_path of LocalStack's recorded tests.
  test.each<[string, unknown, string]>([
    ['ToleratedFailureCount', 'NoNumber', 'field refers to value "NoNumber" which is not a valid integer: $.most'],
    ['ToleratedFailureCount', {}, 'field refers to value "{}" which is not a valid integer: $.most'],
    ['ToleratedFailureCount', -1, 'ToleratedFailureCount cannot be negative.'],
    ['ToleratedFailurePercentage', 'NoNumber', 'field refers to value "NoNumber" which is not a valid float: $.most'],
    ['ToleratedFailurePercentage', -1.1, 'ToleratedFailurePercentage must be between 0 and 100.'],
    ['ToleratedFailurePercentage', 100.1, 'ToleratedFailurePercentage must be between 0 and 100.'],
  ])('%s at a path: %j', async (key, most, message) => {
    const definition = { ...mapOf({ ItemsPath: '$.items', [`${key}Path`]: '$.most' }), QueryLanguage: 'JSONPath' };
    const { result, types } = await run(definition, undefined, { input: { items: [0], most: most as number } });
    const what = message.startsWith('field') ? `The ${key}Path ${message}` : message;
    const cause = `An error occurred while executing the state 'Map' (entered at the event id #2). ${what}`;
    expect(result).toMatchObject({ error: 'States.Runtime', cause });
    expect(types).toEqual(['ExecutionStarted', 'MapStateEntered', 'MapStateStarted', 'ExecutionFailed']);
  });

  // Source: test_max_concurrency_path of LocalStack's recorded tests.
  test('MaxConcurrency at a path without a number fails the state before it starts', async () => {
    const definition = { ...mapOf({ ItemsPath: '$.v', MaxConcurrencyPath: '$.most' }), QueryLanguage: 'JSONPath' };
    const { result, types } = await run(definition, undefined, { input: { v: ['x'], most: 'NoNumber' } });
    expect(result.cause).toMatch(
      /The MaxConcurrencyPath field refers to value "NoNumber" which is not a valid integer: \$\.most$/,
    );
    expect(types).toEqual(['ExecutionStarted', 'MapStateEntered', 'ExecutionFailed']);
  });
});

test('a parent that is stopped stops its children and the reading', async () => {
  const lines = Array.from({ length: 500 }, (_, at) => `${at}\n`).join('');
  const { s3, opened, closed } = memoryObjects({ 'b/k': lines });
  const definition = {
    ...mapOf({ ...readerOf({ InputType: 'JSONL' }), MaxConcurrency: 3 }, task()),
    TimeoutSeconds: 2,
  };
  const { result, requests } = await run(definition, () => ({ ms: 1500 }), { objects: s3 });
  expect(result).toMatchObject({ status: 'TIMED_OUT', stopMs: 2000 });
  expect(requests).toHaveLength(6);
  await new Promise((resolve) => setImmediate(resolve));
  expect(closed).toEqual(opened);
});

// Source: "MapRunSucceeded" and what follows it in test_map_state_result_writer of LocalStack's recorded tests.
test('its events are linked as on AWS', async () => {
  const { events } = await run(mapOf({ Items: [1] }));
  const own = events.filter(({ execution }) => execution === undefined);
  expect(own.map(({ id, previousEventId, type }) => `${id} < ${previousEventId} ${type}`)).toEqual([
    '1 < 0 ExecutionStarted',
    '2 < 0 MapStateEntered',
    '3 < 2 MapStateStarted',
    '4 < 3 MapRunStarted',
    '5 < 4 MapRunSucceeded',
    '6 < 5 MapStateSucceeded',
    '7 < 5 MapStateExited',
    '8 < 7 ExecutionSucceeded',
  ]);
});

test.each(['', 'x'.repeat(41), 'a b', 'a:b', 'a\u0001'])('the Label %j is refused', async (Label) => {
  await expect(run(mapOf({ Items: [], Label }))).rejects.toThrow(/INVALID_LABEL_NAME: .* at \/States\/Map\/Label/);
});
