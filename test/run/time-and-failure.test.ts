import { describe, expect, it } from 'vitest';
import { compile } from '../../lib/compiler/compile.ts';
import type { JsonObject } from '../../lib/protocol/json.ts';
import { type FlowRun, type Mocks, runFlow } from '../../lib/run/run-flow.ts';
import { simulate } from '../../lib/simulate/simulate.ts';

const INNER = { steps: [{ id: 'in', component: '/m/in', input: { $input: '$' } }], output: { $step: 'in' } };
const LOOP = { ...INNER, output: { result: { $step: 'in' } } };

/** A step that calls a component, and steps that run a flow with one. */
const KINDS: { readonly [kind: string]: JsonObject } = {
  call: { component: '/m/in', input: { $input: '$' } },
  eval: { component: '/eval', input: { flow: { $literal: INNER }, input: { $input: '$' } } },
  map: { component: '/map', input: { workflow: { $literal: INNER }, items: [1, 2] } },
  'map of any list': { component: '/map', input: { workflow: { $literal: INNER }, items: { $input: 'items' } } },
  iterate: { component: '/iterate', input: { flow: { $literal: LOOP }, initial_input: { $input: '$' } } },
};
const kinds = Object.entries(KINDS);

const flowOf = (kind: JsonObject, more: JsonObject, flow: JsonObject = {}): string =>
  JSON.stringify({
    name: 'timed',
    steps: [
      { id: 'a', component: '/m/first' },
      { id: 's', ...kind, ...more },
    ],
    output: [{ $step: 's' }, { $step: 'a' }],
    evaluation: 'eager',
    ...flow,
  });

const run = (source: string, mocks: Mocks): Promise<FlowRun> =>
  runFlow({ source, mocks: { '/m/first': [{ result: 'first' }], ...mocks }, input: { n: 1, items: [1, 2] } });

const HANGS: Mocks = { '/m/in': [{ seconds: 600, result: 1 }] };
const attempts = ({ execution }: FlowRun, step: string): number | undefined =>
  execution?.steps.find(({ id }) => id === step)?.attempts;

describe('a step with a timeout', () => {
  it.each(kinds)('%s: fails with TIMEOUT, and is not run again', async (_, kind) => {
    const { result } = await run(flowOf(kind, { timeout: 0.1 }), HANGS);
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'TIMEOUT' } });
  });

  it.each(kinds)('%s: says that, and what to do about it', async (kind, step) => {
    const { result, execution } = await run(flowOf(step, { timeout: 0.1 }), HANGS);
    expect(result).toMatchObject({
      error: {
        message: 'step "s" took more than 0.1 s; raise its "timeout", or give it less to do',
        data: { step: 's', component: step.component },
        place: { line: 1, column: expect.any(Number) },
      },
    });
    expect(execution?.steps.find(({ id }) => id === 's')?.status, kind).toBe('failed');
  });

  it.each(kinds)('%s: says the same when it is simulated', async (_, step) => {
    const { failure } = await simulate(flowOf(step, { timeout: 2 }), { profile: { steps: { s: { seconds: 9 } } } });
    expect(failure?.cause).toContain('step \\"s\\" took more than 2 s; raise its \\"timeout\\"');
  });

  it.each(kinds)('%s: may have a default for that', async (_, kind) => {
    const onError = { action: 'useDefault', defaultValue: { late: true } };
    const { result } = await run(flowOf(kind, { timeout: 0.1, onError }), HANGS);
    expect(result).toEqual({ outcome: 'success', result: [{ late: true }, 'first'] });
  });

  it.each(kinds)('%s: has the result that it would have without, in time', async (_, kind) => {
    const timed = await run(flowOf(kind, { timeout: 60 }), { '/m/in': [{ result: 5 }] });
    const plain = await run(flowOf(kind, {}), { '/m/in': [{ result: 5 }] });
    const shown = ({ result }: FlowRun) => JSON.stringify(result).replace(/arn:aws:states:local[\w:-]+/g, 'ARN');
    expect(timed.result.outcome).toBe('success');
    expect(shown(timed)).toBe(shown(plain));
  });

  it('may be a sleep, which then fails when its time is over', async () => {
    const sleep = { component: '/sleep', input: { duration_ms: 60_000 } };
    const { result } = await run(flowOf(sleep, { timeout: 0.1 }), {});
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'TIMEOUT', data: { step: 's' } } });
    const states = compile(flowOf(sleep, { timeout: 61 })).stateMachine?.States;
    expect(states?.s?.Type ?? JSON.stringify(states)).toContain('Wait');
  });

  it('waits for its function no longer than that, and a minute for the call', () => {
    const states = (more: JsonObject) => JSON.stringify(compile(flowOf(KINDS.call ?? {}, more)).stateMachine);
    expect(states({ timeout: 2.5 })).toContain('"TimeoutSeconds":63');
    expect(states({})).toContain('"TimeoutSeconds":960');
  });
});

describe('a flow with a timeout', () => {
  it('fails with TIMEOUT', async () => {
    const source = flowOf(KINDS.call ?? {}, {}, { timeout: 1 });
    expect(compile(source).stateMachine?.TimeoutSeconds).toBe(1);
    expect((await run(source, HANGS)).result).toMatchObject({ outcome: 'failed', error: { code: 'TIMEOUT' } });
  });
});

describe('a component that does not end well', () => {
  it.each(['Sandbox.Timedout', 'Runtime.ExitError', 'Runtime.OutOfMemory', 'States.Timeout'] as const)(
    'is called once: %s',
    async (code) => {
      const failing = await run(flowOf(KINDS.call ?? {}, {}), { '/m/in': [{ error: { code } }] });
      expect(failing.result.outcome).toBe('failed');
      expect(attempts(failing, 's')).toBe(1);
    },
  );

  it('is called again where the flow says so', async () => {
    const mocks: Mocks = { '/m/in': [{ error: { code: 'Runtime.OutOfMemory' }, times: 1 }, { result: 2 }] };
    const again = await run(flowOf(KINDS.call ?? {}, { onError: { action: 'retry', maxRetries: 1 } }), mocks);
    expect(again.result).toEqual({ outcome: 'success', result: [2, 'first'] });
    expect(attempts(again, 's')).toBe(2);
  });
});

describe('onError: retry', () => {
  const FAILS_ONCE: Mocks = {
    '/m/in': [{ error: { code: 'TIMEOUT', message: 'late' }, times: 1 }, { result: { n: 7 } }],
  };

  it('is for the codes that it names', async () => {
    const on = (codes: readonly string[]) => ({ onError: { action: 'retry', maxRetries: 1, on: [...codes] } });
    expect((await run(flowOf(KINDS.call ?? {}, on(['TIMEOUT'])), FAILS_ONCE)).result.outcome).toBe('success');
    const other = await run(flowOf(KINDS.call ?? {}, on(['INVALID_INPUT'])), FAILS_ONCE);
    expect(other.result).toMatchObject({ error: { code: 'TIMEOUT' } });
  });

  it.each(['iterate'])('repeats %s as a whole', async (kind) => {
    const onError = { action: 'retry', maxRetries: 1, on: ['TIMEOUT'] };
    const again = await run(flowOf(KINDS[kind] ?? {}, { onError }), FAILS_ONCE);
    expect(again.result).toMatchObject({ outcome: 'success', result: [{ result: { n: 7 } }, 'first'] });
    const timed = await run(flowOf(KINDS[kind] ?? {}, { onError, timeout: 60 }), FAILS_ONCE);
    expect(timed.result).toMatchObject({ outcome: 'success', result: [{ result: { n: 7 } }, 'first'] });
  });

  it.each(kinds)('repeats %s that ran out of time', async (kind, step) => {
    const mocks: Mocks = { '/m/in': [{ seconds: 600, times: kind.startsWith('map') ? 2 : 1 }, { result: 3 }] };
    const onError = { action: 'retry', maxRetries: 1 };
    const again = await run(flowOf(step, { timeout: 0.5, onError }), mocks);
    expect(again.result.outcome).toBe('success');
  });

  it('repeats no fault in the step’s own input', async () => {
    const step = { component: '/m/in', input: { $input: 'nowhere' }, onError: { action: 'retry', maxRetries: 2 } };
    const failed = await run(flowOf(step, {}), { '/m/in': [{ result: 1 }] });
    expect(failed.result).toMatchObject({ error: { code: 'EXPRESSION_FAILURE' } });
    expect(attempts(failed, 's')).toBe(1);
  });
});

describe('what onError does not cover', () => {
  const onError = { action: 'useDefault', defaultValue: 0 };
  const faulty = { id: 'x', component: '/m/in', input: { of: { $input: 'nowhere' } }, onError };
  const inner = { steps: [faulty], output: { $step: 'x' } };

  it('is a fault in its input, which fails the flow at its place', async () => {
    const source = flowOf({ component: '/m/in', input: { of: { $input: 'nowhere' } }, onError }, {});
    const { result, execution } = await run(source, { '/m/in': [{ result: 1 }] });
    expect(result).toMatchObject({ error: { code: 'EXPRESSION_FAILURE', data: { step: 's', field: 'of' } } });
    expect(execution?.steps.find(({ id }) => id === 's')?.status).toBe('failed');
  });

  it('is the same in a branch, in an iteration and in an inner flow', async () => {
    const source = JSON.stringify({
      steps: [
        { id: 'each', component: '/map', input: { items: { $input: 'items' }, workflow: { $literal: inner } } },
        { id: 'once', component: '/eval', input: { input: { $input: '$' }, flow: { $literal: inner } } },
      ],
      output: [
        { $step: 'each', path: 'results' },
        { $step: 'once', path: 'result' },
      ],
    });
    const failed = { outcome: 'failed', error: { code: 'EXPRESSION_FAILURE', message: expect.any(String) } };
    const { result } = await run(source, { '/m/in': [{ result: 1 }] });
    expect(result).toEqual({ outcome: 'success', result: [[failed, failed], failed] });
  });
});
