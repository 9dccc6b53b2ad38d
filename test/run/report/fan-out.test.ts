import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../../lib/protocol/json.ts';
import { type FlowRun, type Mocks, prepareFlow, type RunEvent } from '../../../lib/run/run-flow.ts';

const blobs = mkdtempSync(join(tmpdir(), 'stepflow-fan-out-'));
afterAll(() => rmSync(blobs, { recursive: true, force: true }));

const FAILS = { outcome: 'failed', error: { code: 'RESOURCE_UNAVAILABLE', message: 'boom' } } as const;

const read = (step: string, path?: string): JsonObject => ({ $step: step, ...(path !== undefined && { path }) });

/** Some steps side by side that read one before them, each at a path of its own. */
const wide = (count: number, more: JsonObject = {}): JsonObject[] => [
  { id: 'src', component: '/m/src', input: { $input: 'n' } },
  ...Array.from({ length: count }, (_, at) => ({
    id: `w${at}`,
    component: '/m/w',
    input: { own: read('src', `p${at}`), all: read('src', 'all'), at },
    ...more,
  })),
];

const readAll = (count: number): JsonObject[] => Array.from({ length: count }, (_, at) => read(`w${at}`));

/** A flow whose output is what the steps give. */
const last = (count: number, more: JsonObject = {}): JsonObject => ({
  steps: wide(count, more),
  output: readAll(count),
});

/** What the steps read. */
const given = (count: number, value: (at: number) => Json = (at) => at * 10): Mocks => ({
  src: [
    {
      result: { all: ['all'], ...Object.fromEntries(Array.from({ length: count }, (_, at) => [`p${at}`, value(at)])) },
    },
  ],
});

interface Told extends FlowRun {
  readonly events: readonly RunEvent[];
}

/** What can be told of a run, whatever its states; which of the others a failure cancels first is chance. */
const shown = ({ result, execution }: FlowRun): unknown =>
  JSON.parse(
    JSON.stringify({
      result: result.outcome === 'failed' ? { ...result.error, data: { ...result.error.data, stack: [] } } : result,
      steps: execution?.steps.map(({ id, status, attempts }) => [id, status, attempts]),
      chain: execution?.criticalPath.length,
    }).replace(/arn:aws:states:local[\w:-]+/g, 'ARN'),
  );

/** Runs a flow with Maps and without: that makes no difference. Answers the run with them. */
async function runBoth(flow: JsonObject, mocks: Mocks, input: Json = { n: 1 }, spillAbove?: number): Promise<Told> {
  const source = JSON.stringify(flow);
  const options = { source, mocks, blobs, leastFanOut: 2, ...(spillAbove !== undefined && { spillAbove }) };
  const events: RunEvent[] = [];
  const plain = await (await prepareFlow({ ...options, without: ['map-fan-outs'] })).run({ input });
  const run = await (await prepareFlow(options)).run({ input, onEvent: (event) => events.push(event) });
  expect(shown(run)).toEqual(shown(plain));
  return { ...run, events };
}

describe('steps that share a Map', () => {
  const own: Mocks = {
    w0: [{ input: { own: 0, all: ['all'], at: 0 }, result: [['a']] }],
    w1: [{ input: { own: 10, all: ['all'], at: 1 }, result: null }],
    w2: [{ input: { own: 20, all: ['all'], at: 2 }, result: { c: [] } }],
  };

  it('give what each of them gives, at the end of a flow', async () => {
    const { result, execution } = await runBoth(last(3), { ...given(3), ...own });
    expect(result).toEqual({ outcome: 'success', result: [[['a']], null, { c: [] }] });
    expect(execution?.transitions).toBe(5);
  });

  it('give it to who comes after them', async () => {
    const steps = [...wide(3), { id: 'end', component: '/m/end', input: readAll(3) }];
    const mocks: Mocks = { ...given(3), ...own, end: [{ input: [[['a']], null, { c: [] }], result: 'all' }] };
    const { result } = await runBoth({ steps, output: read('end') }, mocks);
    expect(result).toEqual({ outcome: 'success', result: 'all' });
  });

  it('give it beside others', async () => {
    const steps = [
      ...wide(3),
      { id: 'joined', component: '/m/end', input: readAll(3) },
      { id: 'other', component: '/m/other' },
    ];
    const output = [read('joined'), read('other'), read('w0')];
    const { result } = await runBoth(
      { steps, output },
      { ...given(3), ...own, joined: [{ result: 1 }], other: [{ result: 2 }] },
    );
    expect(result).toEqual({ outcome: 'success', result: [1, 2, [['a']]] });
  });

  it('give what is theirs where they are more than run at once', async () => {
    const mocks: Mocks = {
      ...given(90),
      '/m/w': Array.from({ length: 90 }, (_, at) => ({ input: { own: at * 10 }, result: at })),
    };
    const { result, execution } = await runBoth(last(90), mocks);
    expect(result).toEqual({ outcome: 'success', result: Array.from({ length: 90 }, (_, at) => at) });
    // A Parallel of three Maps.
    expect(execution?.transitions).toBe(1 + 1 + 3 + 90);
  });

  it('are told of one by one while they run, and in the end', async () => {
    const { events, execution } = await runBoth(last(3), { ...given(3), ...own, w1: [{ result: 1, seconds: 0.05 }] });
    const of = (id: string): readonly string[] =>
      events.flatMap((event) => ('step' in event && event.step === id ? [event.type] : []));
    for (const id of ['w0', 'w1', 'w2']) expect(of(id)).toEqual(['step-started', 'step-succeeded']);
    const times = execution?.steps.map(({ id, endMs }) => [id, endMs] as const) ?? [];
    expect([...times].sort((a, b) => (a[1] ?? 0) - (b[1] ?? 0)).at(-1)?.[0]).toBe('w1');
    expect(execution?.criticalPath).toEqual(['src', 'w1']);
  });

  it('may skip themselves', async () => {
    const output = readAll(3).map((one) => ({ $coalesce: [one, 'none'] }));
    const mocks: Mocks = { ...given(3), ...own, w1: [{ outcome: 'skipped' }], w2: [{ result: 2 }] };
    const { result, execution } = await runBoth({ steps: wide(3), output }, mocks);
    expect(result).toEqual({ outcome: 'success', result: [[['a']], 'none', 2] });
    expect(execution?.steps.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'skipped', 'succeeded']);
  });

  it('may have values of their own that look like markers', async () => {
    const odd = [{ $missing: 'x' }, { $skipped: true }, '{% 1 %}'];
    const mocks: Mocks = {
      ...given(3, (at) => odd[at] ?? null),
      '/m/w': odd.map((value, at) => ({ input: { own: value }, result: { at, value } })),
    };
    const { result } = await runBoth(last(3), mocks);
    expect(result).toEqual({ outcome: 'success', result: odd.map((value, at) => ({ at, value })) });
  });

  it('read what was spilled, and spill what they give', async () => {
    const long = (at: number): string => `${at}${'x'.repeat(100_000)}`;
    const answers = Array.from({ length: 12 }, (_, at) => ({
      input: { own: long(at) },
      result: { at, text: long(at) },
    }));
    const { result } = await runBoth(last(12), { ...given(12, long), '/m/w': answers });
    expect(result).toEqual({ outcome: 'success', result: answers.map((one) => one.result) });
    const tiny = await runBoth(last(3), { ...given(3), ...own }, { n: 1 }, 6);
    expect(tiny.result).toEqual({ outcome: 'success', result: [[['a']], null, { c: [] }] });
  });
});

describe('one of the steps that share a Map', () => {
  const rest: Mocks = { ...given(3), w0: [{ result: 0, seconds: 30 }], w2: [{ result: 2, seconds: 30 }] };

  it('that fails fails the flow in its name, and stops the others', async () => {
    const { result, execution } = await runBoth(last(3), { ...rest, w1: [FAILS] });
    expect(result).toMatchObject({
      outcome: 'failed',
      error: { code: 'RESOURCE_UNAVAILABLE', message: 'boom', data: { step: 'w1', component: '/m/w', attempt: 0 } },
    });
    expect(execution?.steps.map(({ status }) => status)).toEqual(['succeeded', 'cancelled', 'failed', 'cancelled']);
    expect(execution?.criticalPath).toEqual(['src', 'w1']);
  });

  it('that is retried is told of alone', async () => {
    const flow = last(2, { onError: { action: 'retry', maxRetries: 1 } });
    const mocks: Mocks = { ...given(2), w0: [{ result: 'w0' }], w1: [{ ...FAILS, times: 1 }, { result: 'at last' }] };
    const { result, events, execution } = await runBoth(flow, mocks);
    expect(result).toEqual({ outcome: 'success', result: ['w0', 'at last'] });
    expect(execution?.steps.map(({ id, attempts }) => [id, attempts])).toEqual([
      ['src', 1],
      ['w0', 1],
      ['w1', 2],
    ]);
    expect(events.flatMap((event) => (event.type === 'step-retried' ? [event.step] : []))).toEqual(['w1']);
  });

  it('that reads what is not there fails by it', async () => {
    const { result } = await runBoth(last(3), {
      ...rest,
      w1: [{ result: 1 }],
      src: [{ result: { all: 1, p0: 0, p2: 2 } }],
    });
    expect(result).toMatchObject({
      outcome: 'failed',
      error: { code: 'EXPRESSION_FAILURE', message: expect.stringContaining('"own"'), data: { step: 'w1' } },
    });
  });
});

describe('steps that share a Map inside of another flow', () => {
  const inner = { steps: wide(2), output: readAll(2) };
  const inside = (prefix: string, mocks: Mocks): Mocks =>
    Object.fromEntries(Object.entries(mocks).map(([id, one]) => [`${prefix}.${id}`, one]));
  const mocks: Mocks = { ...given(2), w0: [{ result: 'w0' }], w1: [{ input: { own: 10 }, result: 'w1' }] };

  it('give their results to a map, of which one run may fail', async () => {
    const each = {
      id: 'each',
      component: '/map',
      input: { items: [{ n: 1 }, { n: 2 }], workflow: { $literal: inner } },
    };
    const flow = { steps: [each], output: read('each') };
    const picky: Mocks = {
      ...mocks,
      src: [{ input: 2, result: { all: 1, p0: 1, p1: 11 } }, { result: { all: 1, p0: 1, p1: 10 } }],
    };
    const { result, execution } = await runBoth(flow, inside('each', picky));
    expect(result).toMatchObject({
      result: {
        results: [
          { result: ['w0', 'w1'] },
          { outcome: 'failed', error: { code: 'UNREACHABLE', message: 'step "each.w1" failed' } },
        ],
        successful: 1,
        failed: 1,
      },
    });
    expect(execution?.steps.map(({ id }) => id)).toEqual(['each', 'each.src', 'each.w0', 'each.w1']);
  });

  it.each([3, 120])('are told of one by one in a map of %i items that only the run knows', async (count) => {
    const pair = {
      steps: ['a', 'b'].map((id) => ({ id, component: '/m/w', input: [id, { $input: 'n' }] })),
      output: [read('a'), read('b')],
    };
    const each = { id: 'each', component: '/map', input: { items: { $input: 'items' }, workflow: { $literal: pair } } };
    const flow = {
      source: JSON.stringify({ steps: [each], output: read('each', 'successful') }),
      mocks: { '/m/w': [{ result: 1 }] },
    };
    const { run } = await prepareFlow({ ...flow, blobs, leastFanOut: 2 });
    const { result, execution } = await run({ input: { items: Array.from({ length: count }, (_, n) => ({ n })) } });
    expect(result).toEqual({ outcome: 'success', result: count });
    const attempts = execution?.steps.map(({ id, status, attempts }) => [id, status, attempts]);
    expect(attempts?.slice(1)).toEqual([
      ['each.a', 'succeeded', 1],
      ['each.b', 'succeeded', 1],
    ]);
  });

  it('give their results to an eval, which may fail', async () => {
    const once = { id: 'once', component: '/eval', input: { input: { n: 1 }, flow: { $literal: inner } } };
    const flow = { steps: [once], output: read('once', 'result') };
    const { result } = await runBoth(flow, inside('once', mocks));
    expect(result).toMatchObject({ outcome: 'success', result: { result: ['w0', 'w1'] } });
    const failed = await runBoth(flow, inside('once', { ...mocks, w1: [FAILS] }));
    expect(failed.result).toMatchObject({
      outcome: 'success',
      result: { outcome: 'failed', error: { message: 'boom' } },
    });
  });

  it("run in each round of an iterate, whose failure is the flow's", async () => {
    const round = { ...inner, output: { next: readAll(2) } };
    const loop = {
      id: 'loop',
      component: '/iterate',
      input: { initial_input: { n: 1 }, max_iterations: 2, flow: { $literal: round } },
    };
    const flow = { steps: [loop], output: read('loop', 'iterations') };
    const twice: Mocks = { ...mocks, src: [{ result: { all: 1, p0: 1, p1: 10 } }] };
    const steps = round.steps.map((step, at) => (at === 0 ? { ...step, input: 0 } : step));
    const numbered = {
      ...flow,
      steps: [{ ...loop, input: { ...loop.input, flow: { $literal: { ...round, steps } } } }],
    };
    const { result, execution } = await runBoth(numbered, inside('loop', twice));
    expect(result).toEqual({ outcome: 'success', result: 2 });
    expect(execution?.steps.find(({ id }) => id === 'loop.w1')).toMatchObject({ status: 'succeeded', attempts: 1 });
    const failed = await runBoth(numbered, inside('loop', { ...twice, w0: [FAILS] }));
    expect(failed.result).toMatchObject({
      outcome: 'failed',
      error: { code: 'RESOURCE_UNAVAILABLE', data: { step: 'loop.w0' } },
    });
  });
});
