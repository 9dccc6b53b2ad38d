import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compile } from '../../../lib/compiler/compile.ts';
import { CallTotals } from '../../../lib/run/report/call-totals.ts';
import { graphCriticalPath } from '../../../lib/run/report/graph-critical-path.ts';
import { metricsOf, type RunMetrics } from '../../../lib/run/report/metrics.ts';
import { type FlowOptions, type RunOptions, runFlow } from '../../../lib/run/run-flow.ts';
import { runs } from '../../chance.ts';
import { componentSource, project } from '../project.ts';

const DIAMOND = `
steps:
  - { id: load, component: /my/load }
  - { id: posts, component: /my/work, input: { $step: load } }
  - { id: friends, component: /my/work, input: { $step: load } }
  - { id: merge, component: /my/work, input: [{ $step: posts }, { $step: friends }] }
output: { $step: merge }
`;

const home = project({
  'lambdas/my/keep.ts': componentSource(`
    const { blobId } = await ctx.blobs.put(input.value);
    return { blobId, back: await ctx.blobs.get(blobId) };
  `),
  'lambdas/my/nap.ts': componentSource('await new Promise((resolve) => setTimeout(resolve, 5)); return input ?? 1;'),
});

const metricsOfRun = async (source: string, options: FlowOptions & RunOptions = {}): Promise<RunMetrics> => {
  const { execution, result } = await runFlow({ home, source, ...options });
  if (!execution) throw new Error(JSON.stringify(result));
  return execution.metrics;
};

describe('the metrics of a run', () => {
  test('come from the times of its steps, and from the graph of the flow', () => {
    const { plan, name } = compile(DIAMOND);
    const ms: { readonly [step: string]: number } = { load: 10, posts: 40, friends: 20, merge: 10 };
    const times = Object.entries(ms).map(([step, each]) => ({ step, runs: 1, ms: each }));
    const metrics = metricsOf({
      ...{ flow: name, makespanMs: 80, steps: [], calls: new CallTotals() },
      criticalPathMs: plan ? graphCriticalPath(plan, times) : null,
      work: { ms: 80, widest: 2, steps: times },
      functionOf: () => undefined,
    });

    expect(metrics).toMatchObject({
      ...{ parallelEfficiency: 0.5, speedUp: 1, criticalPathMs: 60, criticalPathRatio: 80 / 60 },
      ...{ coldStarts: 0, startupMs: 0, blobs: { operations: 0, bytes: 0, hits: 0 } },
    });
  });

  test('count the rounds of a loop and the items of a map one by one, and a map itself as no work', async () => {
    const inner = (output: string): string =>
      `{ $literal: { steps: [{ id: in, component: /my/nap, input: { $input: $ } }], output: ${output} } }`;
    const metrics = await metricsOfRun(`
steps:
  - id: loop
    component: /iterate
    input:
      initial_input: 0
      max_iterations: 3
      flow: ${inner('{ next: { $step: in } }')}
  - { id: each, component: /map, input: { items: [1, 2, 3, 4], workflow: ${inner('{ $step: in }')} } }
output: [{ $step: loop }, { $step: each }]
`);
    const of = (id: string) => metrics.steps.find(({ step }) => step === id);

    expect([of('loop.in')?.runs, of('each.in')?.runs, of('each')?.runs]).toEqual([3, 4, 1]);
    const work = metrics.steps.filter(({ step }) => step !== 'each').reduce((sum, { ms }) => sum + ms, 0);
    expect(metrics.workMs).toBe(work);
    expect(metrics.widest).toBeGreaterThanOrEqual(4);
  });

  test('have the blobs of components: what is read and written, and what was there', async () => {
    const source = `
steps:
  - { id: first, component: /my/keep, input: { value: four } }
  - { id: again, component: /my/keep, input: { value: four, after: { $step: first, path: blobId } } }
output: { $step: again, path: back }
`;
    const { blobs, steps } = await metricsOfRun(source);

    // "four" is six bytes of JSON: written once, and read twice.
    expect(blobs).toEqual({ operations: 4, bytes: 18, hits: 1 });
    expect(steps.map((step) => step.blobs)).toEqual([
      { operations: 2, bytes: 12, hits: 0 },
      { operations: 2, bytes: 6, hits: 1 },
    ]);
  });

  test.each([false, true])(
    'have start-up and version of a component, and in sandboxes (%s) its memory',
    async (isolate) => {
      const source = '{ steps: [{ id: a, component: /my/nap }], output: { $step: a } }';
      const { memory, steps, coldStarts, startupMs } = await metricsOfRun(source, { isolate });
      const [step] = steps;

      expect(step?.version).toMatch(/^[0-9a-f]{12,}$/);
      expect({ coldStarts, startupMs }).toEqual({ coldStarts: step?.coldStarts, startupMs: step?.startupMs });
      if (!isolate) return expect(memory).toBeUndefined();
      expect(coldStarts).toBe(1);
      expect(startupMs).toBeGreaterThan(0);
      expect(memory).toEqual({ usedMb: expect.any(Number), ofMb: 512 });
      expect(step?.memory).toEqual(memory);
    },
  );

  test('have the function of a fused chain for each of its steps, and its start-up once', async () => {
    const source = `
steps:
  - { id: first, component: /my/nap, input: 1 }
  - { id: second, component: /my/keep, input: { value: { $step: first } } }
output: { $step: second, path: back }
`;
    const [apart, together] = [await metricsOfRun(source), await metricsOfRun(source, { with: ['fuse-chains'] })];

    expect(new Set(apart.steps.map(({ version }) => version)).size).toBe(2);
    expect(new Set(together.steps.map(({ version }) => version)).size).toBe(1);
    expect(together.coldStarts).toBe(1);
    expect(together.steps.map(({ step, blobs }) => [step, blobs.operations])).toEqual([
      ['first', 0],
      ['second', 2],
    ]);
  });

  test('count nothing of mocks but their time', async () => {
    const [step] = (await metricsOfRun('{ steps: [{ id: a, component: /my/nap }] }', { mocks: { a: [{ result: 1 }] } }))
      .steps;

    expect(step).toMatchObject({ step: 'a', runs: 1, coldStarts: 0, blobs: { operations: 0 } });
    expect(step).not.toHaveProperty('version');
  });

  test('are bounded by what runs at once and by the graph, in any flow', async () => {
    const graphs = fc.array(
      fc.record({ seconds: fc.constantFrom(0, 0.002, 0.006), reads: fc.array(fc.nat(), { maxLength: 3 }) }),
      {
        minLength: 1,
        maxLength: 12,
      },
    );
    await fc.assert(
      fc.asyncProperty(graphs, async (drawn) => {
        const steps = drawn.map(({ reads }, at) => {
          const before = at === 0 ? [] : [...new Set(reads.map((read) => read % at))];
          const input = before.map((read) => `{ $step: s${read} }`).join(', ');
          return `  - { id: s${at}, component: /my/work, mustExecute: true, input: [${input}] }`;
        });
        const mocks = Object.fromEntries(drawn.map(({ seconds }, at) => [`s${at}`, [{ result: at, seconds }]]));
        const metrics = await metricsOfRun(`steps:\n${steps.join('\n')}`, { mocks });
        const { parallelEfficiency, speedUp, widest, makespanMs, criticalPathMs, workMs } = metrics;

        expect(metrics.steps.reduce((sum, { ms }) => sum + ms, 0)).toBe(workMs);
        expect(widest).toBeGreaterThanOrEqual(1);
        expect(widest).toBeLessThanOrEqual(drawn.length);
        expect(criticalPathMs ?? 0).toBeLessThanOrEqual(makespanMs);
        expect(parallelEfficiency ?? 0).toBeLessThanOrEqual(1);
        expect(speedUp ?? 0).toBeLessThanOrEqual(widest);
      }),
      { numRuns: runs(25) },
    );
  });
});
