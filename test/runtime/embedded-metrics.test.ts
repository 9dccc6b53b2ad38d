import { afterEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { FUNCTION_METRICS, flowOfExecution, METRIC_DIMENSIONS, METRICS_NAMESPACE } from '../../lib/protocol/metrics.ts';
import { component, type Invocation, type WrapOptions, wrap, wrapFusedChain } from '../../lib/runtime/index.ts';
import { memoryStore } from './stores/memory-store.ts';

const EXECUTION = 'arn:aws:states:eu-west-1:123456789012:execution:Stack-Flow-1A2B:0f7a';

const keep = component({ input: z.json(), output: z.json() }, async (value, { blobs }) => {
  const { blobId } = await blobs.put(value);
  return blobs.get(blobId);
});
const echo = component({ input: z.json(), output: z.json() }, (value) => value);
const fails = component({ input: z.json(), output: z.json() }, () => {
  throw new Error('no');
});

/** As Lambda sets it. */
function deployed(more: { readonly [name: string]: string } = {}): void {
  const own = { AWS_LAMBDA_FUNCTION_VERSION: '7', AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512' };
  for (const [name, value] of Object.entries({ ...own, ...more })) vi.stubEnv(name, value);
}

const store = memoryStore();
const options: WrapOptions = { store: () => store, path: '/my/keep' };
const invocation: Invocation = { step: 'a', input: 'four', execution: EXECUTION, attempt: 1, iteration: '/3' };

/** The entries that a function writes in a call. */
async function entriesOf(call: () => Promise<unknown>): Promise<readonly { readonly [field: string]: unknown }[]> {
  const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  await call().catch(() => {});
  const lines = written.mock.calls.map(([line]) => JSON.parse(String(line)));
  written.mockRestore();
  return lines;
}

afterEach(() => vi.unstubAllEnvs());

describe('a deployed function', () => {
  it('writes the metrics of a call into its last entry, as CloudWatch reads them', async () => {
    deployed();
    const handler = wrap(keep, options);
    const [cold, ...others] = await entriesOf(() => handler(invocation));
    const [warm] = await entriesOf(() => handler(invocation));

    expect(others).toEqual([]);
    const values = { BlobOperations: 2, BlobBytes: 12, BlobHits: 0 };
    const number = expect.any(Number);
    expect(cold).toEqual({
      time: expect.any(String),
      level: 'info',
      ...{ message: 'invocation', outcome: 'success', durationMs: number, resultBytes: 2 },
      ...{ flow: 'Stack-Flow-1A2B', execution: EXECUTION, step: 'a', attempt: 1, iteration: '/3', coldStart: true },
      ...{ component: '/my/keep', version: '7', memoryLimitMb: 512 },
      ...{ StepExecutionTime: number, MemoryUsed: number, StartupTime: number, ...values },
      _aws: {
        Timestamp: Date.parse(String(cold?.time)),
        CloudWatchMetrics: [
          {
            Namespace: METRICS_NAMESPACE,
            Dimensions: [[...METRIC_DIMENSIONS]],
            Metrics: expect.arrayContaining(
              Object.values(FUNCTION_METRICS).map(({ name: Name, unit: Unit }) => ({ Name, Unit })),
            ),
          },
        ],
      },
    });
    expect(warm).toMatchObject({ BlobBytes: 6, BlobHits: 1 });
    expect(warm).not.toHaveProperty('StartupTime');
    expect(warm).not.toHaveProperty('coldStart');
  });

  it('names no metric that a call has no value of, whatever the call is', async () => {
    deployed();
    for (const made of [keep, echo, fails]) {
      const [entry = {}] = await entriesOf(() => wrap(made, options)(invocation));
      const { CloudWatchMetrics } = Object(entry._aws);
      const named = CloudWatchMetrics[0].Metrics.map(({ Name }: { Name: string }) => Name);
      expect(named.filter((name: string) => !Number.isFinite(entry[name]))).toEqual([]);
      expect(named.includes('BlobOperations')).toBe(made === keep);
    }
  });

  it('writes them whatever level its log has, and no other entry with them', async () => {
    deployed({ STEPFLOW_LOG_LEVEL: 'error' });
    vi.resetModules();
    const runtime = await import('../../lib/runtime/index.ts');
    const handler = runtime.wrap(
      component({ input: z.json(), output: z.json() }, (_, { logger }) => {
        logger.info('begins');
        return 1;
      }),
      options,
    );

    expect(await entriesOf(() => handler(invocation))).toMatchObject([{ message: 'invocation', step: 'a' }]);
  });

  it('writes none where they are turned off', async () => {
    deployed({ STEPFLOW_METRICS: 'off' });
    const [entry] = await entriesOf(() => wrap(keep, options)(invocation));

    expect(entry).toMatchObject({ message: 'invocation', outcome: 'success' });
    expect(entry).not.toHaveProperty('_aws');
  });

  it('writes those of each step of a fused chain, and one start-up', async () => {
    deployed();
    const handler = wrapFusedChain([keep, echo], { ...options, paths: ['/my/keep', '/my/echo'] });
    const entries = await entriesOf(() => handler({ ...invocation, step: 'b', before: [{ step: 'a', input: 1 }] }));

    expect(entries.map(({ step, component, StartupTime }) => [step, component, typeof StartupTime])).toEqual([
      ['a', '/my/keep', 'number'],
      ['b', '/my/echo', 'undefined'],
    ]);
  });
});

describe('a function of a local run', () => {
  it('writes none, and tells them to its host', async () => {
    deployed();
    const measured = vi.fn();
    const log = vi.fn();
    await wrap(keep, options)(invocation, { measured, log, store: memoryStore(), startupMs: 12.4 });

    expect(log.mock.lastCall?.[0]).not.toHaveProperty('_aws');
    expect(measured.mock.calls).toEqual([
      [{ step: 'a', timeMs: expect.any(Number), blobs: { operations: 2, bytes: 12, hits: 0 }, startupMs: 12 }],
    ]);
  });
});

describe('the dimensions', () => {
  it.each([
    [EXECUTION, 'Stack-Flow-1A2B'],
    ['arn:aws:states:eu-west-1:123456789012:express:Quick:name:0f7a', 'Quick'],
    ['arn:aws-cn:states:cn-north-1:123456789012:execution:Big/items:0f7a', 'Big'],
    ['0f7a', 'local'],
    ['', 'local'],
  ])('of %s have the flow %s', (execution, flow) => expect(flowOfExecution(execution)).toBe(flow));
});
