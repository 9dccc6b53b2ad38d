import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../lib/protocol/json.ts';
import { machine, run, task } from '../harness.ts';

const map = (more: JsonObject = {}, inner: JsonObject = task()): JsonObject => ({
  Type: 'Map',
  ItemProcessor: { StartAt: 'B', States: { B: inner } },
  End: true,
  ...more,
});
const distributed = (more: JsonObject = {}, inner: JsonObject = task()): JsonObject => ({
  ...map(more),
  ItemProcessor: {
    ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
    StartAt: 'B',
    States: { B: inner },
  },
});

describe('Map', () => {
  test('runs its ItemProcessor for each item and keeps the order', async () => {
    const { result } = await run(
      machine({ A: map({ Items: '{% $states.input %}' }) }),
      ({ arguments: args }) => ({ ms: 1000 * (4 - Number(args)), result: args }),
      {
        input: [1, 2, 3],
      },
    );
    expect(result).toMatchObject({ output: [1, 2, 3], stopMs: 3000, transitions: 4 });
  });

  test('has no iteration without items', async () => {
    const { result, types } = await run(machine({ A: map({ Items: [] }) }));
    expect(result.output).toEqual([]);
    expect(types).toContain('MapStateSucceeded');
  });

  test.each([
    [1, 10_000],
    [2, 5000],
    [3, 4000],
    [0, 1000],
  ])('with MaxConcurrency %d ten items of a second take %d ms', async (MaxConcurrency, ms) => {
    const Items = Array.from({ length: 10 }, (_, at) => at);
    const { result } = await run(machine({ A: map({ Items, MaxConcurrency }) }), () => ({ ms: 1000 }));
    expect(result.stopMs).toBe(ms);
  });

  test('runs at most 40 iterations at once, as an inline Map on AWS', async () => {
    const Items = Array.from({ length: 41 }, (_, at) => at);
    const { result } = await run(machine({ A: map({ Items }) }), () => ({ ms: 1000 }));
    expect(result.stopMs).toBe(2000);
  });

  test('ItemSelector makes the input of an iteration, and the context object holds the item', async () => {
    const ItemSelector = { value: '{% $states.context.Map.Item.Value %}', all: '{% $states.input %}' };
    const inner = { Type: 'Pass', Output: ['{% $states.input %}', '{% $states.context.Map.Item.Index %}'], End: true };
    const { result } = await run(machine({ A: map({ ItemSelector }, inner) }), undefined, { input: ['x', 'y'] });
    expect(result.output).toEqual([
      [{ value: 'x', all: ['x', 'y'] }, 0],
      [{ value: 'y', all: ['x', 'y'] }, 1],
    ]);
  });

  test('a failing iteration stops the others, and no more begin', async () => {
    const { result, requests, types } = await run(
      machine({ A: map({ Items: [1, 2, 3], MaxConcurrency: 2 }) }),
      ({ arguments: args }) => (args === 1 ? { ms: 1000, fail: 'Broken' } : { ms: 5000 }),
    );
    expect(result).toMatchObject({ status: 'FAILED', error: 'Broken', stopMs: 1000 });
    expect(requests.map(({ signal }) => signal.aborted)).toEqual([false, true]);
    expect(types.slice(-4)).toEqual(['MapIterationFailed', 'TaskStateAborted', 'MapStateFailed', 'ExecutionFailed']);
  });

  test('names the field whose value is not a list', async () => {
    const { result } = await run(machine({ A: map({ Items: '{% "x" %}' }) }));
    expect(result.cause).toMatch(
      /specified for the field 'Items' .* Expected 'array', but was 'string' for value: "x"$/,
    );
  });
});

describe('a distributed Map', () => {
  test('runs child executions with histories of their own', async () => {
    const { result, events } = await run(machine({ A: distributed({ Items: [1, 2] }) }), ({ arguments: args }) => args);
    expect(result).toMatchObject({ output: [1, 2], transitions: 5 });
    const own = events.filter(({ execution }) => execution === undefined);
    expect(own.map(({ type }) => type)).toEqual([
      'ExecutionStarted',
      'MapStateEntered',
      'MapStateStarted',
      'MapRunStarted',
      'MapRunSucceeded',
      'MapStateSucceeded',
      'MapStateExited',
      'ExecutionSucceeded',
    ]);
    expect(result.events).toBe(own.length);
    expect(new Set(events.map(({ execution }) => execution)).size).toBe(3);
  });

  test('its children see neither variables nor input of the parent', async () => {
    const inner = {
      Type: 'Pass',
      Output: { gone: '{% $exists($v) %}', input: '{% $states.context.Execution.Input %}' },
      End: true,
    };
    const states = { V: { Type: 'Pass', Assign: { v: 1 }, Next: 'A' }, A: distributed({ Items: [5] }, inner) };
    const { result } = await run(machine(states));
    expect(result.output).toEqual([{ gone: false, input: 5 }]);
  });

  const failing = (more: JsonObject) =>
    run(machine({ A: distributed({ Items: [1, 2, 3, 4], MaxConcurrency: 1, ...more }) }), ({ arguments: args }) =>
      Number(args) % 2 === 0 ? { fail: 'Even' } : args,
    );

  test.each([
    [{}, 'FAILED'],
    [{ ToleratedFailureCount: 1 }, 'FAILED'],
    [{ ToleratedFailureCount: 2 }, 'SUCCEEDED'],
    [{ ToleratedFailurePercentage: 49 }, 'FAILED'],
    [{ ToleratedFailurePercentage: '{% 50 %}' }, 'SUCCEEDED'],
    [{ ToleratedFailureCount: 3, ToleratedFailurePercentage: 25 }, 'FAILED'],
  ])('two failures of four with %j: %s', async (tolerance, status) => {
    const { result } = await failing(tolerance);
    expect(result.status).toBe(status);
    // AWS describes a failed child in full. Source: "ResultWriter (Map)", Transformation, AWS Step Functions developer guide.
    const failed = expect.objectContaining({ Status: 'FAILED', Error: 'Even' });
    if (status === 'SUCCEEDED') expect(result.output).toEqual([1, failed, 3, failed]);
    else expect(result.error).toBe('States.ExceedToleratedFailureThreshold');
  });
});
