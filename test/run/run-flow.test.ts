import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PASS_NAMES } from '../../lib/compiler/passes/passes.ts';
import { parseMocks, type RunEvent, type RunOptions, runFlow } from '../../lib/run/run-flow.ts';
import { componentSource, project } from './project.ts';

const oneStep = (component: string): string => `
steps:
  - { id: work, component: ${component}, input: { of: { $input: of } } }
output: { $step: work }
`;
const ONE_STEP = oneStep('/my/work');

// One project for all: what its bundles share is then bundled once.
const home = project({
  'flows/double.yaml': oneStep('/my/double'),
  'lambdas/my/double.ts': componentSource('return { doubled: input.of * 2, step: ctx.step, attempt: ctx.attempt };'),
  'lambdas/my/fail.ts': componentSource(`throw new Error('no luck');`),
  'lambdas/my/late.ts': componentSource(
    `if (ctx.attempt > 0) return 'in time'; await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve));`,
    'timeout: 0.05',
  ),
  'lambdas/my/wait.ts': componentSource(
    `await new Promise((_, reject) => ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason)));`,
  ),
  'lambdas/my/warn.ts': componentSource(`ctx.logger.warn('look'); return 1;`),
  'lambdas/my/broken.ts': 'export default component(;',
  'lambdas/my/throws.ts': `throw new Error('no key'); export default 1;`,
});

const runOne = (component: string, options: RunOptions = {}) =>
  runFlow({ source: oneStep(component), home, input: { of: 1 }, ...options });

describe('runFlow', () => {
  test('runs a project of its own: the components above the flow, bundled', async () => {
    const { result, execution } = await runFlow({ file: join(home, 'flows/double.yaml'), input: { of: 21 } });

    expect(result).toEqual({ outcome: 'success', result: { doubled: 42, step: 'work', attempt: 0 } });
    expect(execution?.steps).toMatchObject([{ id: 'work', component: '/my/double', status: 'succeeded', attempts: 1 }]);
    expect(execution?.transitions).toBeGreaterThan(0);
    expect(execution?.events).toBeGreaterThan(0);
  });

  test("tells where a component failed, with the component's own stack", async () => {
    const { result, execution } = await runOne('/my/fail');

    expect(result).toMatchObject({
      outcome: 'failed',
      error: {
        code: 'COMPONENT_FAILED',
        message: 'no luck',
        data: { step: 'work', component: '/my/fail', attempt: 0 },
      },
    });
    const stack = result.outcome === 'failed' ? result.error.data?.stack : undefined;
    expect(stack?.join('\n')).toMatch(/my.fail/);
    expect(execution?.steps).toMatchObject([{ id: 'work', status: 'failed' }]);
  });

  test('ends a component that takes longer than its timeout, at the place of its step and without our own stack', async () => {
    const { result, execution } = await runOne('/my/late');

    expect(result).toEqual({
      outcome: 'failed',
      error: {
        code: 'TIMEOUT',
        message: 'step "work" took more than 0.05 s; raise "timeout" of its component, or give it less to do',
        data: { step: 'work', component: '/my/late', attempt: 0 },
        place: { file: 'flow.yaml', line: 3, column: 11 },
      },
    });
    expect(execution?.steps).toMatchObject([{ id: 'work', status: 'failed', attempts: 1 }]);
  });

  test('calls a component that took too long again, where onError says so', async () => {
    const told: RunEvent[] = [];
    const { result, execution } = await runOne('/my/late, onError: { action: retry, maxRetries: 1 }', {
      onEvent: (event) => told.push(event),
    });

    expect(result).toEqual({ outcome: 'success', result: 'in time' });
    expect(execution?.steps).toMatchObject([{ id: 'work', status: 'succeeded', attempts: 2 }]);
    const retried = told.find(({ type }) => type === 'step-retried');
    expect(retried).toMatchObject({ error: { code: 'TIMEOUT', message: expect.stringContaining('more than 0.05 s') } });
  });

  test('passes a cancellation on to the components that run', async () => {
    const controller = new AbortController();
    const { result, execution } = await runOne('/my/wait', {
      signal: controller.signal,
      onEvent: ({ type }) => {
        if (type === 'step-started') setImmediate(() => controller.abort());
      },
    });

    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'CANCELLED' } });
    expect(execution?.steps).toMatchObject([{ id: 'work', status: 'cancelled' }]);
  });

  test('hands out values that look like markers as they went in', async () => {
    const odd = { of: { $skipped: true, more: { $missing: 'x' } }, alone: { $skipped: true } };
    const { result } = await runFlow({ source: '{ output: { $input: $ } }', input: odd });

    expect(result).toEqual({ outcome: 'success', result: odd });
  });

  test('says of a component without a file what to do about it, at its place in the flow', async () => {
    const { result, execution, diagnostics } = await runOne('/my/dobule');

    expect(execution).toBeUndefined();
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'COMPONENT_NOT_FOUND' } });
    expect(diagnostics).toMatchObject([{ code: 'unknown-component', severity: 'error', line: 3, column: 28 }]);
    expect(diagnostics[0]?.help).toContain('Did you mean "/my/double"?');
  });

  test('says of a component that cannot be bundled where its source is wrong', async () => {
    const { diagnostics } = await runOne('/my/broken');

    expect(diagnostics).toMatchObject([{ code: 'component-not-bundled', line: 1, column: 26 }]);
  });

  test('says of a component that throws while it loads what it threw', async () => {
    const { diagnostics } = await runOne('/my/throws');

    expect(diagnostics).toMatchObject([{ code: 'component-not-loaded', severity: 'error' }]);
    expect(diagnostics[0]?.message).toContain('no key');
  });

  test('tells what happens as it happens', async () => {
    const events: RunEvent[] = [];
    await runOne('/my/warn', { onEvent: (event) => events.push(event) });

    const told = events.filter((event) => event.type !== 'log' || event.entry.level === 'warn').map(({ type }) => type);
    expect(told).toEqual(['run-started', 'step-started', 'log', 'step-succeeded', 'run-ended']);
  });
});

describe('an input that does not fit its schema', () => {
  const source = `
inputSchema:
  type: object
  required: [name]
  properties: { name: { type: string }, mail: { type: string, format: email }, list: { items: { enum: [1, 2] } } }
output: { $input: name }
`;

  test.each([
    [{}, '"name" is missing', 1, 1],
    [{ name: 5 }, '"name" is a number (5), but a string is expected', 2, 11],
    [{ name: 'x', mail: 'y' }, '"mail" is a string ("y"), but it must match format "email"', 3, 11],
    [{ name: 'x', list: [1, 3] }, '"list[1]" is a number (3), but one of 1, 2 is expected', 5, 5],
    ['text', 'the whole input is a string ("text"), but an object is expected', 1, 1],
  ])('%j: %s', async (input, message, line, column) => {
    const { result, execution, diagnostics } = await runFlow({ source, input });

    expect(execution).toBeUndefined();
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'INVALID_INPUT' } });
    expect(diagnostics).toMatchObject([{ code: 'input-mismatch', file: 'input', line, column }]);
    expect(diagnostics[0]?.message).toContain(message);
  });
});

test('an input of as many levels as there may be runs', async () => {
  const input = JSON.parse('['.repeat(600) + ']'.repeat(600));
  const { result } = await runFlow({
    source: 'steps: [{ id: same, component: /builtin/noop, input: { $input: "[0]" } }]\noutput: [{ $step: same }]',
    input,
    without: PASS_NAMES,
  });

  expect(result).toEqual({ outcome: 'success', result: input });
});

test.each([800, 100_000])('an input of %i levels is refused, whatever the stack could take', async (levels) => {
  const input = JSON.parse('['.repeat(levels) + ']'.repeat(levels));
  const { result, execution, diagnostics } = await runFlow({ source: 'output: { $input: $ }', input });

  expect(execution).toBeUndefined();
  expect(result).toMatchObject({ outcome: 'failed', error: { code: 'INVALID_INPUT' } });
  expect(diagnostics).toMatchObject([{ code: 'too-deep', message: expect.stringContaining('more than 600 levels') }]);
});

describe('mocks', () => {
  const run = (mocks: unknown, source = ONE_STEP, input: { of: number } = { of: 1 }) =>
    runFlow({ source, input, mocks: parseMocks(mocks) });

  test('stand in for a component, or for one step before that', async () => {
    const { result } = await run({ '/my/work': { result: 'component' }, work: { result: 'step' } });

    expect(result).toEqual({ outcome: 'success', result: 'step' });
  });

  test('answer by the first behaviour that fits a part of the input', async () => {
    const mocks = {
      '/my/work': [
        { input: { of: 2 }, result: 'two' },
        { input: {}, result: 'any' },
      ],
    };

    expect((await run(mocks, ONE_STEP, { of: 2 })).result).toMatchObject({ result: 'two' });
    expect((await run(mocks, ONE_STEP, { of: 3 })).result).toMatchObject({ result: 'any' });
  });

  test('fail a step with UNREACHABLE where none fits', async () => {
    const { result } = await run({ '/my/work': [{ input: { of: 2 }, result: 'two' }] });

    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'UNREACHABLE', message: 'step "work" failed' } });
  });

  test('are used up after their times, and whole again in the next run', async () => {
    const flaky = ONE_STEP.replace('component:', 'onError: { action: retry, maxRetries: 2 }, component:');
    const error = { code: 'COMPONENT_FAILED', message: 'not yet' };
    const mocks = { work: [{ outcome: 'failed', error, times: 2 }, { result: 'at last' }] };
    const events: RunEvent[] = [];
    const options = { source: flaky, input: { of: 1 }, mocks: parseMocks(mocks) };
    const { result, execution } = await runFlow({ ...options, onEvent: (event) => events.push(event) });

    expect(result).toEqual({ outcome: 'success', result: 'at last' });
    expect(execution?.steps).toMatchObject([{ status: 'succeeded', attempts: 3 }]);
    expect(events.filter(({ type }) => type === 'step-retried')).toMatchObject([
      { attempt: 1, error },
      { attempt: 2, error },
    ]);
  });

  test('skip a step, and with it what reads it', async () => {
    const source = `
steps:
  - { id: first, component: /my/first }
  - { id: second, component: /my/second, input: { $step: first } }
  - { id: third, component: /my/third }
`;
    const mocks = { first: { outcome: 'skipped' }, second: { result: 2 }, third: { result: 3 } };
    const { result, execution } = await run(mocks, source);

    expect(result).toEqual({ outcome: 'success', result: { third: 3 } });
    const statuses = execution?.steps.map(({ id, status }) => `${id} ${status}`);
    expect(statuses).toEqual(['first skipped', 'second skipped', 'third succeeded']);
  });

  test.each([
    ['a list', [1], /expected record|Invalid/],
    ['an unknown outcome', { work: [{ outcome: 'won' }] }, /\["work"\]\[0\]\["outcome"\]/],
    ['an unknown key', { work: [{ reslt: 1 }] }, /reslt/],
    ['an unknown code', { work: { error: { code: 'OOPS', message: 'x' } } }, /\["code"\]/],
  ])('are refused where they are %s', (_what, mocks, message) => {
    expect(() => parseMocks(mocks)).toThrow(message);
  });
});

describe('what became of steps', () => {
  const source = `
steps:
  - { id: check, component: /my/check }
  - { id: guarded, component: /my/work, skipIf: { $step: check, path: hit } }
  - { id: lucky, component: /my/lucky, onError: { action: useDefault, defaultValue: 7 } }
output:
  guarded: { $coalesce: [{ $step: guarded }, 'from the cache'] }
  lucky: { $step: lucky }
`;
  const lucky = { error: { message: 'never' } };

  test.each([
    [true, 'skipped', 'from the cache'],
    [false, 'succeeded', 'worked'],
  ])('a hit of %s: the guarded step has %s', async (hit, status, guarded) => {
    const mocks = parseMocks({ check: { result: { hit } }, guarded: { result: 'worked' }, lucky });
    const { result, execution } = await runFlow({ source, mocks });

    expect(result).toEqual({ outcome: 'success', result: { guarded, lucky: 7 } });
    expect(execution?.steps.map((step) => step.status)).toEqual(['succeeded', status, 'recovered']);
  });

  test('a step that runs a flow is passed over like any other', async () => {
    const runner = `
steps:
  - { id: check, component: /my/check }
  - id: guarded
    component: /eval
    skipIf: { $step: check, path: hit }
    input:
      input: { $step: check }
      flow: { $literal: { steps: [{ id: in, component: /my/in, input: { $input: hit } }], output: { $step: in } } }
output: { $coalesce: [{ $step: guarded }, 'from the cache'] }
`;
    const mocks = parseMocks({ check: { result: { hit: true } }, '/my/in': { result: 1 } });
    const told: string[] = [];
    const { result, execution } = await runFlow({
      ...{ source: runner, mocks },
      onEvent: (event) => {
        if (event.type === 'step-skipped') told.push(event.step);
      },
    });

    expect(result).toEqual({ outcome: 'success', result: 'from the cache' });
    expect(told).toEqual(['guarded']);
    expect(execution?.steps.map(({ id, status }) => [id, status])).toEqual([
      ['check', 'succeeded'],
      ['guarded', 'skipped'],
      ['guarded.in', 'not_run'],
    ]);
  });

  test('a step that nothing wanted was not run', async () => {
    const lazy = `
steps:
  - { id: dear, component: /my/dear }
output: { $if: { $input: want }, then: { $step: dear }, else: nothing }
`;
    const mocks = parseMocks({ dear: { result: 1 } });
    const { result, execution } = await runFlow({ source: lazy, mocks, input: { want: false } });

    expect(result).toEqual({ outcome: 'success', result: 'nothing' });
    expect(execution?.steps).toEqual([
      { id: 'dear', component: '/my/dear', status: 'not_run', startMs: null, endMs: null, attempts: 0 },
    ]);
  });
});

describe('a step that runs an inner flow', () => {
  const source = `
steps:
  - id: each
    component: /builtin/map
    input:
      items: { $input: items }
      workflow:
        $literal:
          steps: [{ id: work, component: /my/work, input: { of: { $input: $ } } }]
          output: { $step: work }
output: { $step: each }
`;
  const mocks = parseMocks({
    '/my/work': [
      { input: { of: 2 }, error: { message: 'not two' } },
      { input: { of: 3 }, outcome: 'skipped' },
      { result: 'done' },
    ],
  });

  test('is told of with the steps inside it, each once, by its gravest ending', async () => {
    const events: RunEvent[] = [];
    const input = { items: [1, 2, 3] };
    const { result, execution } = await runFlow({ source, mocks, input, onEvent: (event) => events.push(event) });

    expect(result).toMatchObject({ outcome: 'success', result: { successful: 1, failed: 1, skipped: 1 } });
    expect(execution?.steps).toMatchObject([
      { id: 'each', status: 'succeeded', attempts: 1 },
      { id: 'each.work', component: '/my/work', status: 'recovered', attempts: 1 },
    ]);
    const started = events.flatMap((event) => (event.type === 'step-started' ? event.step : []));
    expect(started).toEqual(['each', 'each.work']);
  });

  test('has its own mocks: those of a step inside go by both ids', async () => {
    const byId = parseMocks({ work: { result: 'another step' }, 'each.work': { result: 'this one' } });
    const { result } = await runFlow({ source, mocks: byId, input: { items: [1] } });

    expect(result).toMatchObject({ result: { results: [{ outcome: 'success', result: 'this one' }] } });
  });
});
