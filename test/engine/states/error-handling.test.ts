import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../lib/protocol/json.ts';
import { machine, run, task } from '../harness.ts';

/** The times, in seconds, of the attempts of a state that always fails with an error. */
async function triedAt(retriers: readonly JsonObject[], fail = 'Busy', random = () => 0.5): Promise<number[]> {
  const { events } = await run(machine({ A: task({ Retry: [...retriers] }) }), () => ({ fail }), { random });
  return events.filter(({ type }) => type === 'TaskStarted').map(({ timestamp }) => timestamp / 1000);
}

describe('Retry', () => {
  test('three times by default, after 1, 2 and 4 seconds', async () => {
    expect(await triedAt([{ ErrorEquals: ['States.ALL'] }])).toEqual([0, 1, 3, 7]);
  });

  test('with the given interval, rate and number', async () => {
    const retrier = { ErrorEquals: ['Busy'], IntervalSeconds: 2, BackoffRate: 3, MaxAttempts: 2 };
    expect(await triedAt([retrier])).toEqual([0, 2, 8]);
  });

  test('never later than MaxDelaySeconds', async () => {
    const retrier = { ErrorEquals: ['Busy'], MaxDelaySeconds: 2, MaxAttempts: 4 };
    expect(await triedAt([retrier])).toEqual([0, 1, 3, 5, 7]);
  });

  test('at a random time up to the delay with full jitter', async () => {
    expect(await triedAt([{ ErrorEquals: ['Busy'], JitterStrategy: 'FULL' }], 'Busy', () => 0.25)).toEqual([
      0, 0.25, 0.75, 1.75,
    ]);
  });

  test('not for another error, nor with MaxAttempts 0', async () => {
    expect(await triedAt([{ ErrorEquals: ['Other'] }])).toEqual([0]);
    expect(await triedAt([{ ErrorEquals: ['Busy'], MaxAttempts: 0 }, { ErrorEquals: ['States.ALL'] }])).toEqual([0]);
  });

  test('each retrier counts its own attempts', async () => {
    const errors = ['One', 'Two', 'One', 'Two'];
    const retry = ['One', 'Two'].map((error) => ({ ErrorEquals: [error], MaxAttempts: 2, IntervalSeconds: 1 }));
    const { result, requests } = await run(machine({ A: task({ Retry: retry }) }), ({ attempt }) =>
      attempt < errors.length ? { fail: errors[attempt] ?? '' } : 'done',
    );
    expect(result.output).toBe('done');
    expect(requests.map(({ attempt }) => attempt)).toEqual([0, 1, 2, 3, 4]);
  });

  test('evaluates the Arguments again, with the number of retries in the context object', async () => {
    const states = {
      A: task({ Arguments: '{% $states.context.State.RetryCount %}', Retry: [{ ErrorEquals: ['States.ALL'] }] }),
    };
    const { requests } = await run(machine(states), ({ attempt }) => (attempt < 2 ? { fail: 'Busy' } : null));
    expect(requests.map(({ arguments: args }) => args)).toEqual([0, 1, 2]);
  });

  test('runs a whole Parallel again', async () => {
    const branch = { StartAt: 'B', States: { B: task() } };
    let calls = 0;
    const { result, types } = await run(
      machine({ A: { Type: 'Parallel', Branches: [branch], Retry: [{ ErrorEquals: ['Busy'] }], End: true } }),
      () => (++calls < 3 ? { fail: 'Busy' } : calls),
    );
    expect(result.output).toEqual([3]);
    expect(types.filter((type) => type === 'ParallelStateStarted')).toHaveLength(3);
    expect(types.filter((type) => type === 'ParallelStateEntered')).toHaveLength(1);
  });
});

/** The state that a failure leads to: the catcher's, or none. */
async function caughtBy(errors: readonly string[], fail: string): Promise<string> {
  const states = { A: task({ Catch: [{ ErrorEquals: [...errors], Next: 'B' }] }), B: { Type: 'Pass', End: true } };
  const { result } = await run(machine(states), () => ({ fail }));
  return result.status === 'SUCCEEDED' ? 'caught' : `failed: ${result.error}`;
}

describe('Catch', () => {
  test.each([
    ['Mine', 'Mine', 'caught'],
    ['States.ALL', 'Mine', 'caught'],
    ['States.ALL', 'States.Timeout', 'caught'],
    ['States.TaskFailed', 'Mine', 'caught'],
    ['States.TaskFailed', 'States.Timeout', 'failed: States.Timeout'],
    ['States.Timeout', 'States.Timeout', 'caught'],
    ['States.ALL', 'States.DataLimitExceeded', 'failed: States.DataLimitExceeded'],
    ['States.DataLimitExceeded', 'States.DataLimitExceeded', 'caught'],
    ['States.ALL', 'States.Runtime', 'failed: States.Runtime'],
    ['States.Runtime', 'States.Runtime', 'failed: States.Runtime'],
    ['Other', 'Mine', 'failed: Mine'],
  ])('%s and the error %s: %s', async (name, error, wanted) => {
    expect(await caughtBy([name], error)).toBe(wanted);
  });

  test('the first that matches has its own Assign and Output', async () => {
    const states = {
      A: task({
        Catch: [
          { ErrorEquals: ['Other'], Next: 'C' },
          {
            ErrorEquals: ['Mine'],
            Assign: { why: '{% $states.errorOutput.Cause %}' },
            Output: { input: '{% $states.input %}', error: '{% $states.errorOutput.Error %}' },
            Next: 'B',
          },
        ],
      }),
      B: { Type: 'Pass', Output: '{% $merge([$states.input, {"why": $why}]) %}', End: true },
      C: { Type: 'Fail' },
    };
    const { result } = await run(machine(states), () => ({ fail: 'Mine', cause: 'so' }), { input: 7 });
    expect(result.output).toEqual({ input: 7, error: 'Mine', why: 'so' });
  });

  test('comes after all retries', async () => {
    const states = {
      A: task({ Retry: [{ ErrorEquals: ['Mine'] }], Catch: [{ ErrorEquals: ['Mine'], Next: 'B' }] }),
      B: { Type: 'Succeed' },
    };
    const { result, requests } = await run(machine(states), () => ({ fail: 'Mine' }));
    expect([result.status, requests.length, result.stopMs]).toEqual(['SUCCEEDED', 4, 7000]);
  });

  test('catches a failed expression of its state', async () => {
    const states = {
      A: task({
        Output: '{% $states.result.gone %}',
        Catch: [{ ErrorEquals: ['States.QueryEvaluationError'], Next: 'B' }],
      }),
      B: { Type: 'Pass', End: true },
    };
    const { result } = await run(machine(states), () => ({}));
    expect(result.output).toMatchObject({ Error: 'States.QueryEvaluationError' });
  });

  test('catches the failure of a branch and of an iteration', async () => {
    const broken = (name: string) => ({
      StartAt: name,
      States: { [name]: { Type: 'Fail', Error: 'Inner', Cause: 'so' } },
    });
    const caught = { Catch: [{ ErrorEquals: ['Inner'], Next: 'End' }], Next: 'End' };
    for (const state of [
      { Type: 'Parallel', Branches: [broken('B')], ...caught },
      { Type: 'Map', Items: [1], ItemProcessor: broken('B'), ...caught },
    ]) {
      const { result } = await run(machine({ A: state, End: { Type: 'Succeed' } }));
      expect(result.output).toEqual({ Error: 'Inner', Cause: 'so' });
    }
  });
});
