import { expect, test } from 'vitest';
import type { JsonObject } from '../../../lib/protocol/json.ts';
import { machine, run, task } from '../harness.ts';

const branch = (name: string, more: JsonObject = {}): JsonObject => ({ StartAt: name, States: { [name]: task(more) } });
const parallel = (branches: readonly JsonObject[], more: JsonObject = {}): JsonObject => ({
  Type: 'Parallel',
  Branches: [...branches],
  End: true,
  ...more,
});

test('takes as long as its longest branch, and returns the outputs in order', async () => {
  const seconds: Record<string, number> = { B: 3, C: 5, D: 1 };
  const { result } = await run(
    machine({ A: parallel(['B', 'C', 'D'].map((name) => branch(name))) }),
    ({ stateName }) => ({
      ms: (seconds[stateName] ?? 0) * 1000,
      result: stateName,
    }),
  );
  expect(result).toMatchObject({ output: ['B', 'C', 'D'], stopMs: 5000, transitions: 4 });
});

test('a thousand branches of a second take a second', async () => {
  const branches = Array.from({ length: 1000 }, (_, at) => branch(`B${at}`));
  const { result } = await run(machine({ A: parallel(branches, { Output: '{% $count($states.result) %}' }) }), () => ({
    ms: 1000,
  }));
  expect(result).toMatchObject({ output: 1000, stopMs: 1000 });
});

test('Arguments are the input of every branch', async () => {
  const { requests } = await run(
    machine({ A: parallel([branch('B'), branch('C')], { Arguments: { x: '{% $states.input %}' } }) }),
    undefined,
    {
      input: 4,
    },
  );
  expect(requests.map(({ arguments: args }) => args)).toEqual([{ x: 4 }, { x: 4 }]);
});

test('a failing branch stops the others at once, with all work inside them', async () => {
  const nested = { StartAt: 'N', States: { N: parallel([branch('C')]) } };
  const waiting = { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 60, End: true } } };
  const { result, requests, events } = await run(
    machine({ A: parallel([branch('B'), nested, waiting]) }),
    ({ stateName }) => (stateName === 'B' ? { ms: 2000, result: null, fail: 'Broken' } : { ms: 9000 }),
  );
  expect(result).toMatchObject({ status: 'FAILED', error: 'Broken', stopMs: 2000 });
  expect(requests.map(({ stateName, signal }) => [stateName, signal.aborted])).toEqual([
    ['B', false],
    ['C', true],
  ]);
  const ends = events.slice(-6).map(({ type, stateName }) => `${type} ${stateName ?? ''}`.trim());
  expect(ends).toEqual([
    'TaskFailed B',
    'TaskStateAborted C',
    'ParallelStateAborted N',
    'WaitStateAborted W',
    'ParallelStateFailed A',
    'ExecutionFailed',
  ]);
});

test('after a failure that is caught, no stopped branch continues', async () => {
  const two = { StartAt: 'C', States: { C: { ...task(), Next: 'D', End: false }, D: task() } };
  const caught = { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Later' }] };
  const { result, requests } = await run(
    machine({ A: parallel([branch('B'), two], caught), Later: { Type: 'Wait', Seconds: 100, End: true } }),
    ({ stateName }) => (stateName === 'B' ? { fail: 'Broken' } : { ms: 1000 }),
  );
  expect(result.status).toBe('SUCCEEDED');
  expect(requests.map(({ stateName }) => stateName)).toEqual(['B', 'C']);
});

test('Assign sees the results of the branches', async () => {
  const states = {
    A: parallel([branch('B'), branch('C')], { Assign: { sum: '{% $sum($states.result) %}' }, End: false, Next: 'D' }),
    D: { Type: 'Pass', Output: '{% $sum %}', End: true },
  };
  const { result } = await run(machine(states), ({ stateName }) => (stateName === 'B' ? 1 : 2));
  expect(result.output).toBe(3);
});
