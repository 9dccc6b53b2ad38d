import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { readTrace, stackWith } from '../../lib/protocol/failure-place.ts';
import { earlierSlot } from '../../lib/protocol/markers.ts';
import {
  type Component,
  component,
  escapeValue,
  FlowError,
  type HostContext,
  type Invocation,
  isObject,
  type LogEntry,
  SkipStep,
  unescapeValue,
  wrapFusedChain,
} from '../../lib/runtime/index.ts';
import { trickyJson } from './arbitraries.ts';
import { memoryStore } from './stores/memory-store.ts';

const any = z.unknown();
const echo = component({ input: any, output: any }, (input) => input);

const doing = (run: Component['run']): Component => component({ input: any, output: any }, run);

const skipping = doing(() => {
  throw new SkipStep();
});

const failing = (error: unknown): Component =>
  doing(() => {
    throw error;
  });

const noStore = (): never => {
  throw new Error('the store was opened');
};

/** Invokes a chain in its wrapper: its steps are a, b and so on, and each reads all of the one before it. */
function invoke(
  components: readonly Component[],
  { before = [], ...last }: Partial<Invocation>,
  host: HostContext = { store: memoryStore() },
) {
  const invocation = { step: 'z', input: null, reads: ['$'], before, ...last };
  return wrapFusedChain(components, { store: noStore })(invocation, { log: () => {}, ...host });
}

/** What a chain fails with. */
async function failureOf(answer: Promise<unknown>): Promise<Error> {
  try {
    await answer;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it did not fail');
}

const a = (input: Invocation['input'], reads = ['$']) => ({ step: 'a', input, reads });

describe('the wrapper of a chain', () => {
  it('gives each step what it reads of those before it', async () => {
    const before = [a({ x: { y: 1 } }, ['x', 'x.y']), { step: 'b', input: [earlierSlot('a', 'x')], reads: ['[0]'] }];
    const input = { first: earlierSlot('a', 'x.y'), second: earlierSlot('b', '[0]'), own: 2 };
    expect(await invoke([echo, echo, echo], { before, input })).toMatchObject({
      $: { first: 1, second: { y: 1 }, own: 2 },
    });
  });

  it('answers what is read of the last, and how long each took', async () => {
    const slots = await invoke([echo, echo], {
      before: [a({ x: 1 })],
      input: earlierSlot('a', '$'),
      reads: ['x', '$if(y)'],
    });
    const ms = expect.any(Number);
    expect(slots).toEqual({ x: 1, '$if(y)': false, $links: { a: ms, z: ms } });
  });

  it("hands on any user's value as it was", async () => {
    await fc.assert(
      fc.asyncProperty(trickyJson, trickyJson, async (one, other) => {
        const input = [earlierSlot('a', '$'), escapeValue(other)];
        const slots = await invoke([echo, echo], { before: [a(escapeValue(one))], input });
        expect(unescapeValue(slots.$ ?? null)).toEqual([one, other]);
      }),
    );
  });

  it("leaves a user's value alone that looks like a reference to another step", async () => {
    const value = { $link: 'a $' };
    const slots = await invoke([echo, echo], { before: [a(1)], input: [escapeValue(value), { $link: 'no $' }] });
    expect(unescapeValue(slots.$ ?? null)).toEqual([value, { $link: 'no $' }]);
  });

  it('gives each step a copy of its own', async () => {
    const spoiling = doing((input) => {
      if (isObject(input) && Array.isArray(input.list)) input.list.push(3);
      return input;
    });
    const before = [a({ list: [1, 2] }), { step: 'b', input: earlierSlot('a', '$'), reads: ['$'] }];
    const slots = await invoke([echo, spoiling, echo], { before, input: earlierSlot('a', '$') });
    expect(slots.$).toEqual({ list: [1, 2] });
  });

  it('tells each step its own name, and all the same execution and attempt', async () => {
    const entries: LogEntry[] = [];
    const naming = doing((_, { step, execution, attempt }) => ({ step, execution, attempt }));
    const input = earlierSlot('a', '$');
    const common = { execution: 'e', attempt: 2 };
    const host: HostContext = { store: memoryStore(), log: (entry) => entries.push(entry) };
    const before = [a(null), { step: 'b', input, reads: ['$'] }];
    const slots = await invoke([naming, echo, naming], { before, input: [input], ...common }, host);
    expect(slots.$).toEqual({ step: 'z', ...common });
    expect(entries.map(({ step, attempt }) => [step, attempt])).toEqual([
      ['a', 2],
      ['b', 2],
      ['z', 2],
    ]);
  });

  it('tells apart what its steps call', async () => {
    const ids: (string | undefined)[] = [];
    const calling = doing(async (_, { call }) => await call?.('/other', { step: 'x', input: null }, 'one'));
    const call: NonNullable<HostContext['call']> = async (_path, _invocation, id) => {
      ids.push(id);
      return {};
    };
    await invoke([calling, calling], { before: [a(null)] }, { store: memoryStore(), call });
    expect(ids).toEqual(['a one', 'z one']);
  });

  it('spills nothing between its steps, and what is too large of the last', async () => {
    const store = memoryStore();
    const input = earlierSlot('a', '$');
    const slots = await invoke([echo, echo], { before: [a('x'.repeat(500))], input, spillAbove: 200 }, { store });
    expect(slots.$).toMatchObject({ $blob: expect.any(String), size: 502 });
    const before = store.calls.length;
    const short = doing(() => 1);
    expect(
      await invoke([echo, short], { before: [a('x'.repeat(500))], input, spillAbove: 200 }, { store }),
    ).toMatchObject({
      $: 1,
    });
    expect(store.calls).toHaveLength(before);
  });

  it('does what is part of each step', async () => {
    const store = memoryStore();
    const fused = [{ step: 'kept', path: 'x', does: 'store' as const }];
    const before = [{ ...a({ x: 5 }, ['$blob(x)']), fused }];
    const slots = await invoke([echo, echo], { before, input: earlierSlot('a', '$blob(x)') }, { store });
    expect(slots.$).toMatch(/^[0-9a-f]{64}$/);
  });

  it('gives each step those secrets that it may read, and hides them', async () => {
    const secrets = async (name: string): Promise<string> => `the ${name}`;
    const before = [{ ...a({ $secret: 'key' }), secrets: ['key'] }];
    const input = [earlierSlot('a', '$'), { $secret: 'key' }];
    const length = doing((value) => (Array.isArray(value) ? value : String(value).length));
    const host = { store: memoryStore(), secrets };
    expect(await invoke([echo, length], { before, input }, host)).toMatchObject({ $: ['[secret]', '[secret]'] });
    expect(await invoke([length, echo], { before, input }, host)).toMatchObject({ $: [7, '[secret]'] });
  });
});

describe('where a step of a chain', () => {
  const before = [a(1), { step: 'b', input: earlierSlot('a', '$'), reads: ['$', '$.x'] }];

  it('skips itself, those that read it are skipped', async () => {
    const slots = await invoke([skipping, echo, echo], { before, input: [earlierSlot('b', '$')] });
    expect(slots).toEqual({ $: { $skipped: true }, $skipped: true, $links: { a: null, b: null, z: null } });
  });

  it('skips itself, those that read others are not', async () => {
    const slots = await invoke([echo, skipping, echo], { before, input: [earlierSlot('a', '$')] });
    expect(slots).toEqual({ $: [1], $links: { a: expect.any(Number), b: null, z: expect.any(Number) } });
  });

  it('lacks what another one reads, that one fails', async () => {
    const failure = await failureOf(invoke([echo, echo, echo], { before, input: { v: earlierSlot('b', '$.x') } }));
    expect(failure.name).toBe('EXPRESSION_FAILURE');
    expect(failure.message).toBe(
      'step "z": no value for "v" of its input: there is no "$.x" of step "b" (it is a number (1))',
    );
    expect(readTrace(failure.stack?.split('\n') ?? []).place.link?.step).toBe('z');
  });

  it('fails, its failure goes out as it is, with its place', async () => {
    let calls = 0;
    const counting = doing(() => {
      calls += 1;
    });
    const error = new FlowError('TIMEOUT', 'too slow');
    const failure = await failureOf(invoke([echo, failing(error), counting], { before }));
    expect([failure.name, failure.message]).toEqual(['TIMEOUT', 'too slow']);
    const { stack, place } = readTrace(failure.stack?.split('\n') ?? []);
    expect(place).toEqual({ link: { step: 'b', times: { a: expect.any(Number), b: expect.any(Number) } } });
    expect(stack[0]).toMatch(/: too slow$/);
    expect(stack.join()).not.toContain('in stepflow');
    expect(calls).toBe(0);
  });

  it('has a part that fails, the place says both', async () => {
    const fused = [{ step: 'kept', path: 'gone' }];
    const failure = await failureOf(invoke([echo, echo], { before: [{ ...a({ x: 5 }), fused }] }));
    expect(failure.message).toMatch(/^step "kept": there is no "gone"/);
    const { place } = readTrace(failure.stack?.split('\n') ?? []);
    expect(place).toEqual({ fused: 'kept', link: { step: 'a', times: { a: expect.any(Number) } } });
  });

  it('hands on a failure of another step that it has called, the place is its own', async () => {
    const other = Object.assign(new FlowError('TIMEOUT', 'too slow'), {
      stack: stackWith('TIMEOUT: too slow', { fused: 'kept', inOutput: true }),
    });
    const failure = await failureOf(invoke([echo, failing(other)], { before: [a(1)] }));
    const { stack, place } = readTrace(failure.stack?.split('\n') ?? []);
    expect(stack).toEqual(['TIMEOUT: too slow']);
    expect(place).toEqual({ link: { step: 'z', times: { a: expect.any(Number), z: expect.any(Number) } } });
  });

  it('is given what does not fit, it fails by name', async () => {
    const picky = component({ input: z.string(), output: any }, (text) => text);
    const failure = await failureOf(invoke([echo, picky, echo], { before }));
    expect(failure.message).toMatch(/^the input of step "b" does not fit/);
    expect(failure.name).toBe('INVALID_INPUT');
  });

  it('comes when the time is over, it fails by name', async () => {
    const times = [60_000, 60_000, 100];
    const host = { store: memoryStore(), getRemainingTimeInMillis: () => times.shift() ?? 0 };
    const failure = await failureOf(invoke([echo, echo, doing(() => new Promise(() => {}))], { before }, host));
    expect(failure.name).toBe('Sandbox.Timedout');
    expect(failure.message).toMatch(/^step "z" took more than/);
  });

  it('takes longer than it may itself, it fails by name', async () => {
    const slow = component({ input: any, output: any, timeout: 0.02 }, () => new Promise(() => {}));
    const failure = await failureOf(invoke([echo, slow, echo], { before }));
    expect(failure.message).toMatch(/^step "b" took more than 0.02 s/);
  });
});
