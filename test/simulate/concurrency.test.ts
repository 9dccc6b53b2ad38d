import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SimulateOptions, simulate } from '../../lib/simulate/index.ts';
import { runs } from '../chance.ts';
import { drawnFlow, drawnSteps, each, flowOf, step } from '../compiler/emit/drawn-maps.ts';

type Flow = ReturnType<typeof flowOf>;

async function under(flow: Flow, options: SimulateOptions & { readonly concurrency: number }) {
  const { simulation, failure, diagnostics } = await simulate(JSON.stringify(flow), options);
  const { concurrency } = simulation ?? {};
  if (!simulation || !concurrency) throw new Error(JSON.stringify({ failure, diagnostics }));
  return { ...simulation, concurrency };
}

const MAP = flowOf(each('each', [step('one')]));
const FIVE: SimulateOptions = { profile: { components: { '/my/work': { seconds: 5 } } } };

describe('an account with a limit of concurrent calls', () => {
  it('that no run reaches changes nothing', async () => {
    const { concurrency, makespanSeconds, transitions, costUsd } = await under(MAP, {
      ...FIVE,
      items: 150,
      concurrency: 200,
    });
    const figures = { makespanSeconds, transitions, callsAtOnce: 150, throttledCalls: 0, lostCalls: 0, lostItems: 0 };
    const expected = { ...figures, status: 'SUCCEEDED', costUsd: expect.closeTo(costUsd, 9) };
    expect(concurrency).toEqual({ limit: 200, bounded: expected, unbounded: expected });
  });

  it('throttles what is over it, and a bound prevents that', async () => {
    const { concurrency } = await under(MAP, { ...FIVE, items: 300, concurrency: 50, maxConcurrency: 50 });
    expect(concurrency.bounded).toMatchObject({ makespanSeconds: 6 * 5, callsAtOnce: 50, throttledCalls: 0 });
    expect(concurrency.unbounded.callsAtOnce).toBe(50);
    expect(concurrency.unbounded.throttledCalls).toBeGreaterThan(250);
    expect(concurrency.unbounded.makespanSeconds).toBeGreaterThan(6 * 5);
  });

  it('makes a repeated call a transition, which costs, and no call of a function', async () => {
    const { concurrency, transitions, costUsd } = await under(MAP, { ...FIVE, items: 300, concurrency: 50 });
    const { bounded } = concurrency;
    expect(bounded.transitions).toBe(transitions + bounded.throttledCalls);
    expect(bounded.costUsd - costUsd).toBeCloseTo(bounded.throttledCalls * 0.000025, 9);
  });

  it('loses what stays throttled longer than calls are repeated: items of a map, and flows', async () => {
    const seconds = 24 * 3600;
    const days = { profile: { components: { '/my/work': { seconds } } } };
    const { concurrency } = await under(MAP, { ...days, items: 101, concurrency: 100 });
    expect(concurrency.bounded).toMatchObject({ status: 'SUCCEEDED', lostCalls: 1, lostItems: 1 });
    const { concurrency: of } = await under(flowOf(step('a'), step('b', '/my/other')), { ...days, concurrency: 1 });
    expect(of.bounded).toMatchObject({ status: 'FAILED', lostCalls: 1, lostItems: 0 });
    expect(of.bounded.error).toBe('Lambda.TooManyRequestsException');
  });
});

describe('drawn maps and fan-outs', () => {
  it('that are bounded by what an account allows lose no call', async () => {
    const settings = fc.record({ limit: fc.integer({ min: 10, max: 60 }), seconds: fc.double({ min: 0.1, max: 2 }) });
    await fc.assert(
      fc.asyncProperty(drawnSteps, settings, async (all, { limit, seconds }) => {
        const profile = { components: { '/my/work': { seconds } } };
        const options = { profile, items: 3, concurrency: limit, maxConcurrency: limit };
        const { concurrency } = await under(drawnFlow(all), options);
        expect(concurrency.bounded).toMatchObject({ status: 'SUCCEEDED', lostCalls: 0, lostItems: 0 });
        expect(concurrency.bounded.throttledCalls).toBeLessThanOrEqual(concurrency.unbounded.throttledCalls);
      }),
      { numRuns: runs(12) },
    );
  });

  it('of many items lose none where the limit is far below what runs at once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 101, max: 600 }), fc.integer({ min: 2, max: 40 }), async (items, limit) => {
        const { concurrency } = await under(MAP, { ...FIVE, items, concurrency: limit });
        expect(concurrency.bounded).toMatchObject({ lostCalls: 0, lostItems: 0 });
        expect(concurrency.unbounded).toMatchObject({ lostCalls: 0, lostItems: 0 });
      }),
      { numRuns: runs(10) },
    );
  });
});
