import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { componentRetries, transportRetries } from '../../lib/compiler/emit/states/retry.ts';
import {
  blobStore,
  type Component,
  component,
  escapeValue,
  FlowError,
  type HostContext,
  type Invocation,
  type LogEntry,
  SkipStep,
  unescapeValue,
  wrap,
} from '../../lib/runtime/index.ts';
import { trickyJson } from './arbitraries.ts';
import { memoryStore } from './stores/memory-store.ts';

const any = z.unknown();
const echo = component({ input: any, output: any }, (input) => input);

const noStore = (): never => {
  throw new Error('the store was opened');
};

/** Invokes a component in its wrapper; a store is only there where a test gives one. */
const invoke = (made: Component, invocation: Partial<Invocation>, host: HostContext = { store: memoryStore() }) =>
  wrap(made, { store: noStore })({ step: 's', input: null, ...invocation }, { log: () => {}, ...host });

const failing = (error: unknown) =>
  component({ input: any, output: any }, () => {
    throw error;
  });

describe('the wrapper', () => {
  it('answers only what is read', async () => {
    expect(await invoke(echo, { input: { a: 1, b: 2 }, reads: ['a', '$if(b)'] })).toEqual({ a: 1, '$if(b)': true });
    expect(await invoke(echo, { input: { a: 1 } })).toEqual({});
  });

  it("hands the component any user's value as it was, and its result too", async () => {
    await fc.assert(
      fc.asyncProperty(trickyJson, async (value) => {
        const slots = await invoke(echo, { input: escapeValue(value), reads: ['$'] });
        expect(unescapeValue(slots.$ ?? null)).toEqual(value);
      }),
    );
  });

  it('hands on every key of it, where a schema copies it too', async () => {
    const copying = component({ input: z.json(), output: z.record(z.string(), z.json()) }, (input) => ({ input }));
    await fc.assert(
      fc.asyncProperty(trickyJson, async (value) => {
        const slots = await invoke(copying, { input: escapeValue(value), reads: ['input'] });
        expect(unescapeValue(slots.input ?? null)).toEqual(value);
      }),
    );
  });

  it('carries a result as JSON would', async () => {
    const dated = component({ input: any, output: any }, () => ({
      at: new Date(0),
      gone: undefined,
      list: [undefined],
    }));
    expect(await invoke(dated, { reads: ['$'] })).toEqual({ $: { at: '1970-01-01T00:00:00.000Z', list: [null] } });
    const silent = component({ input: any, output: z.undefined() }, () => undefined);
    expect(await invoke(silent, { reads: ['$', 'a'] })).toEqual({ $: null, a: null });
  });

  it('gives the component its place in the run', async () => {
    const where = component({ input: any, output: any }, (_, { execution, step, attempt }) => ({
      execution,
      step,
      attempt,
    }));
    const slots = await invoke(where, { step: 'x', execution: 'arn:1', attempt: 2, reads: ['$'] });
    expect(slots.$).toEqual({ execution: 'arn:1', step: 'x', attempt: 2 });
  });
});

describe('markers in the input', () => {
  it('are hydrated, each blob once, and what a blob holds is not unescaped', async () => {
    const store = memoryStore();
    const held = { $$skipped: true, big: [1] };
    const { blobId, size } = await blobStore(store).put(held);
    const marker = { $blob: blobId, blobType: 'data', size };
    const slots = await invoke(
      echo,
      { input: { a: marker, b: [marker], c: { $$skipped: true } }, reads: ['$'] },
      { store },
    );
    expect(unescapeValue(slots.$ ?? null)).toEqual({ a: held, b: [held], c: { $skipped: true } });
    expect(store.calls.filter((call) => call.startsWith('read'))).toHaveLength(1);
  });

  it('touch no store where there is no blob', async () => {
    const store = memoryStore();
    await invoke(echo, { input: { $$blob: 1 }, reads: ['$'] }, { store });
    expect(store.calls).toEqual([]);
  });

  it('of a missing path fail with the step, the field and the path', async () => {
    const input = { user: { id: { $missing: '"idd" of step "load" (it has "id")' } } };
    await expect(invoke(echo, { step: 'posts', input })).rejects.toMatchObject({
      name: 'EXPRESSION_FAILURE',
      message: 'step "posts": no value for "user.id" of its input: there is no "idd" of step "load" (it has "id")',
    });
  });

  it('of a skipped step skip this one, without running it, even beside a missing path', async () => {
    const run = vi.fn();
    const input = [{ $missing: 'x' }, { a: { $skipped: true } }];
    const slots = await invoke(component({ input: any, output: any }, run), { input, reads: ['a', '$if(a)'] });
    expect(slots).toEqual({ a: { $skipped: true }, '$if(a)': false, $skipped: true });
    expect(run).not.toHaveBeenCalled();
  });
});

describe('failures', () => {
  const user = z.object({ id: z.string(), tags: z.array(z.string()).min(1), plan: z.enum(['free', 'plus']) });

  it('of the input say where, what was found and what was wanted', async () => {
    const made = component({ input: user, output: any }, () => ({}));
    await expect(invoke(made, { step: 'x', input: { id: 5, tags: [], plan: 'gold' } })).rejects.toMatchObject({
      name: 'INVALID_INPUT',
      message:
        'the input of step "x" does not fit: "id": found a number (5), wanted a string; ' +
        '"tags": found a list of 0, wanted array to have >=1 items; "plan": found a string ("gold"), wanted one of "free", "plus"',
    });
  });

  it("of the result against the component's own schema are the component's", async () => {
    const made: Component = {
      input: any,
      output: z.object({ a: z.object({ b: z.number() }) }),
      run: () => ({ a: {} }),
    };
    await expect(invoke(made, { step: 'x' })).rejects.toMatchObject({
      name: 'COMPONENT_FAILED',
      message: expect.stringContaining('"a.b": found nothing, wanted a number'),
    });
  });

  it('keep their code as name', async () => {
    const thrown = new FlowError('RESOURCE_UNAVAILABLE', 'no database');
    await expect(invoke(failing(thrown), {})).rejects.toBe(thrown);
  });

  it('without a code are COMPONENT_FAILED, with their message, cause and stack', async () => {
    const thrown = new TypeError('x is not a function');
    const caught: unknown = await invoke(failing(thrown), {}).catch((error: unknown) => error);
    expect(caught).toMatchObject({ name: 'COMPONENT_FAILED', message: 'x is not a function', cause: thrown });
    expect(caught).toHaveProperty('stack', thrown.stack);
    await expect(invoke(failing('a text'), {})).rejects.toMatchObject({ name: 'COMPONENT_FAILED', message: 'a text' });
  });

  it('of a result that JSON cannot carry are COMPONENT_FAILED', async () => {
    const made = component({ input: any, output: any }, () => ({ n: 1n }));
    await expect(invoke(made, { reads: ['$'] })).rejects.toMatchObject({ name: 'COMPONENT_FAILED' });
  });

  it('thrown as SkipStep skip the step', async () => {
    const slots = await invoke(failing(new SkipStep('weekend')), { reads: ['$', '$present($)'] });
    expect(slots).toEqual({ $: { $skipped: true }, '$present($)': false, $skipped: true });
  });
});

describe('a component that takes too long', () => {
  /** Waits for its signal; says with what reason it came. */
  const waiting = (reasons: unknown[], options: { timeout?: number } = {}) =>
    component({ input: any, output: any, ...options }, async (_, { signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      reasons.push(signal.reason);
    });

  it('times out by its own limit, under the name by which Lambda ends a function, and is called again only where the flow says so', async () => {
    const reasons: unknown[] = [];
    await expect(invoke(waiting(reasons, { timeout: 0.01 }), { step: 'x' })).rejects.toMatchObject({
      name: 'Sandbox.Timedout',
      message: expect.stringContaining('step "x" took more than 0.01 s'),
    });
    expect(reasons).toMatchObject([{ name: 'Sandbox.Timedout', code: 'TIMEOUT' }]);
    expect(transportRetries.flatMap(({ ErrorEquals }) => ErrorEquals)).not.toContain('Sandbox.Timedout');
    expect(componentRetries({ action: 'retry', maxRetries: 1 })[1]?.ErrorEquals).toEqual(['States.ALL']);
  });

  it('times out before Lambda kills it', async () => {
    const host = { store: memoryStore(), getRemainingTimeInMillis: () => 210 };
    await expect(invoke(waiting([]), {}, host)).rejects.toMatchObject({ name: 'Sandbox.Timedout' });
  });

  it('is cancelled by its host, also before it starts', async () => {
    const host = { store: memoryStore(), signal: AbortSignal.abort(new Error('a sibling failed')) };
    const run = vi.fn();
    await expect(invoke(component({ input: any, output: any }, run), {}, host)).rejects.toMatchObject({
      name: 'CANCELLED',
      message: 'step "s" was cancelled: a sibling failed',
    });
    expect(run).not.toHaveBeenCalled();
    const later = new AbortController();
    const cancelled = invoke(waiting([]), {}, { store: memoryStore(), signal: later.signal });
    later.abort('enough');
    await expect(cancelled).rejects.toMatchObject({ name: 'CANCELLED', message: 'step "s" was cancelled: enough' });
  });
});

describe('the log', () => {
  it('has an entry for each invocation, with its origin, outcome and size', async () => {
    const entries: LogEntry[] = [];
    const talking = component({ input: any, output: any }, (_, { logger }) => {
      logger.warn('careful', { rows: 3 });
      return 'ok';
    });
    const host = { store: memoryStore(), log: (entry: LogEntry) => void entries.push(entry) };
    await invoke(talking, { step: 'x', execution: 'run-1', attempt: 1, reads: ['$'] }, host);
    await invoke(failing(new FlowError('UNREACHABLE', 'never')), { step: 'y' }, host).catch(() => {});
    expect(entries).toMatchObject([
      { level: 'warn', message: 'careful', rows: 3, step: 'x', execution: 'run-1', attempt: 1 },
      { level: 'info', message: 'invocation', outcome: 'success', resultBytes: 10, step: 'x' },
      { level: 'info', message: 'invocation', outcome: 'failed', code: 'UNREACHABLE', error: 'never', step: 'y' },
    ]);
  });

  it('goes to standard output, a line of JSON an entry, where the host takes none', async () => {
    const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const talking = component({ input: any, output: any }, (_, { logger }) =>
      logger.error('no', { why: new Error('x') }),
    );
    await wrap(talking, { store: memoryStore })({ step: 's', input: null });
    const lines = written.mock.calls.map(([line]) => String(line));
    written.mockRestore();
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'error', message: 'no', why: { name: 'Error', message: 'x' } },
      { message: 'invocation' },
    ]);
    expect(lines.every((line) => line.endsWith('\n'))).toBe(true);
  });
});
