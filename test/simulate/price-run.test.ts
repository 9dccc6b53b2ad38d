import { describe, expect, it } from 'vitest';
import { PRICES, type SimulateOptions, type Simulation, simulate } from '../../lib/simulate/index.ts';

async function run(source: string, options: SimulateOptions = {}): Promise<Simulation> {
  const { simulation } = await simulate(source, options);
  if (!simulation) throw new Error('the flow goes well');
  return simulation;
}

const CHAIN =
  'steps:\n  - { id: a, component: /my/a }\n  - { id: b, component: /my/b, input: { $step: a } }\noutput: { $step: b }\n';

const times = (a: number, b: number): SimulateOptions => ({
  profile: { steps: { a: { seconds: a }, b: { seconds: b } } },
});

describe('what a run costs', () => {
  it('as Standard is its transitions, its functions and its requests to S3', async () => {
    const { cost, costUsd } = await run(CHAIN, times(1, 2));
    expect(cost.standard.usd).toBeCloseTo(2 * 0.000025, 12);
    expect(cost.functions).toMatchObject({ requests: 2, gbSeconds: 1.5 });
    expect(cost.functions.usd).toBeCloseTo((2 * 0.2) / 1e6 + 1.5 * 0.0000133334, 12);
    expect(cost.s3).toEqual({ usd: 0, puts: 0, gets: 0 });
    expect(costUsd).toBeCloseTo(cost.standard.usd + cost.functions.usd, 15);
  });

  it('as Express is a request and its time in blocks of 64 MB and 100 ms', async () => {
    const { cost, costUsd } = await run(`metadata: { aws: { type: EXPRESS } }\n${CHAIN}`, times(1, 2.01));
    expect(cost.express).toMatchObject({ billedSeconds: 3.1, billedMb: 64 });
    expect(cost.express.usd).toBeCloseTo(1 / 1e6 + 3.1 * (64 / 1024) * (0.06 / 3600), 12);
    expect(costUsd).toBeCloseTo(cost.express.usd + cost.functions.usd, 15);
  });

  it('counts the memory of a large input in each branch', async () => {
    const ids = Array.from({ length: 300 }, (_, at) => `s${at}`);
    const wide = `steps:\n${ids.map((id) => `  - { id: ${id}, component: /my/${id} }\n`).join('')}output: [${ids.map((id) => `{ $step: ${id} }`).join(', ')}]\n`;
    const { cost } = await run(wide, { input: { text: 'x'.repeat(100_000) } });
    // 50 MB, the definition, and 300 × 100 KB.
    expect(cost.express.billedMb).toBe(128);
  });

  it('of items in Express executions is their starts, requests and time instead of their transitions', async () => {
    const mapped = (metadata: string): string =>
      `steps: [{ id: each, component: /map, input: { items: { $input: items }, workflow: { ${metadata} steps: [{ id: one, component: /my/one, input: { $input: $ } }] } } }]\noutput: { $step: each }\n`;
    const options = { items: 500, profile: { steps: { 'each.one': { seconds: 1.25 } } } };
    const standard = await run(mapped(''), options);
    const express = await run(mapped('metadata: { aws: { type: EXPRESS } },'), options);
    expect(standard.transitions - express.transitions).toBe(500);
    expect(standard.cost.standard.items).toBeUndefined();
    const usd = 500 / 1e6 + 500 * 1.3 * (64 / 1024) * (0.06 / 3600);
    expect(express.cost.standard.items).toMatchObject({ executions: 500, usd: expect.closeTo(usd, 12) });
    expect(standard.costUsd - express.costUsd).toBeCloseTo(500 * PRICES.transition - usd, 9);
    expect(express.makespanSeconds).toBe(standard.makespanSeconds);
  });

  it("bills a function's time by the millisecond, and by its own memory", async () => {
    const memorySizes = async () => (component: string) => (component === '/my/a' ? 1024 : undefined);
    const { cost } = await run(CHAIN, { ...times(0.0102, 0), memorySizes });
    expect(cost.functions.gbSeconds).toBeCloseTo(0.011, 12);
  });

  it('counts the requests of built-in components to S3', async () => {
    const blobs =
      'steps:\n  - { id: put, component: /builtin/put_blob, input: { data: { $input: x } } }\n  - { id: get, component: /get_blob, input: { blob_id: { $step: put, path: blob_id } } }\noutput: { $step: get }\n';
    const { cost } = await run(blobs);
    expect(cost.s3).toMatchObject({ puts: 1, gets: 1 });
    expect(cost.s3.usd).toBeCloseTo(PRICES.s3Put + PRICES.s3Get, 15);
  });

  it('of several runs is their mean', async () => {
    const noisy = { ...times(1, 2), noise: 0.5 };
    const [one, two] = [await run(CHAIN, { ...noisy, runs: 1 }), await run(CHAIN, { ...noisy, runs: 2 })];
    expect(two.cost.functions.gbSeconds).not.toBe(one.cost.functions.gbSeconds);
    expect(two.cost.standard.usd).toBeCloseTo(one.cost.standard.usd, 15);
  });
});

describe('the type of workflow', () => {
  const type = async (source: string, options?: SimulateOptions) => {
    const { cost } = await run(source, options);
    return { standard: cost.standard.obstacles, express: cost.express.obstacles, cheaper: cost.cheaper };
  };

  it('Express is cheaper where a run is short', async () => {
    expect(await type(CHAIN, times(0.1, 0.1))).toEqual({ standard: [], express: [], cheaper: 'EXPRESS' });
  });

  it('Standard is cheaper where a run waits long, and Express then does not fit', async () => {
    expect(await type(CHAIN, times(200, 300))).toEqual({
      standard: [],
      express: ['it takes 500 s, but may take at most 300 s'],
      cheaper: 'STANDARD',
    });
  });

  it('tells of an Express flow how much too long it is', async () => {
    const found = await run(`metadata: { aws: { type: EXPRESS } }\n${CHAIN}`, times(200, 300));
    expect(found).toMatchObject({ type: 'EXPRESS', makespanSeconds: 500, cost: { express: { fits: false } } });
  });

  it('no function takes more than 15 minutes', async () => {
    const obstacle = 'step "b" takes 901.5 s, but a function may take at most 900 s';
    const { standard, express } = await type(CHAIN, times(1, 901.5));
    expect(standard).toEqual([obstacle]);
    expect(express).toContain(obstacle);
  });
});
