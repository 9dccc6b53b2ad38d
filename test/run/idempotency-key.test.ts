import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { compile } from '../../lib/compiler/compile.ts';
import type { Limits } from '../../lib/compiler/emit/split/emit-within.ts';
import { execute } from '../../lib/engine/index.ts';
import type { Clock } from '../../lib/engine/types.ts';
import type { Json, JsonObject } from '../../lib/protocol/json.ts';
import { storeObjects } from '../../lib/run/objects/store-objects.ts';
import { componentResolver } from '../../lib/run/tasks/component-resolver.ts';
import { machineResolver } from '../../lib/run/tasks/nested-machines.ts';
import { type Component, component, FlowError, type LogEntry } from '../../lib/runtime/index.ts';
import { wrap } from '../../lib/runtime/wrapper.ts';
import { memoryStore } from '../runtime/stores/memory-store.ts';

/** A call: which one it is by what the flow gives it, and what its context says. */
interface Call {
  readonly identity: string;
  readonly key: string;
  readonly attempt: number;
  readonly execution: string;
}

const COUNTS = { map: 3, many: 110, iterate: 3, eval: 1 } as const;
type Kind = keyof typeof COUNTS;

const at: Json = { $input: 'at' };

/** A step that sees its place. Every first attempt fails. */
const see = (id: string): JsonObject => ({
  id,
  component: '/m/see',
  input: { at },
  onError: { action: 'retry', maxRetries: 1 },
});

/** A flow that runs flows in it; what each of them gets is different. */
function nest([kind, ...deeper]: readonly Kind[], depth = 0): JsonObject {
  const steps = [see(`see${depth}`), { ...see(`again${depth}`) }];
  if (kind === undefined) return { steps, evaluation: 'eager', output: 1 };
  const inner = { $literal: { ...nest(deeper, depth + 1) } };
  const input: JsonObject =
    kind === 'eval'
      ? { flow: inner, input: { at: [at, 'in'] } }
      : kind === 'iterate'
        ? {
            flow: { $literal: { ...nest(deeper, depth + 1), output: { next: { at: [at, 'next'] } } } },
            initial_input: { at: [at, 'first'] },
            max_iterations: COUNTS.iterate,
          }
        : { workflow: inner, items: Array.from({ length: COUNTS[kind] }, (_, item) => ({ at: [at, item] })) };
  const component = kind === 'many' ? '/map' : `/${kind}`;
  return { steps: [...steps, { id: `run${depth}`, component, input }], evaluation: 'eager', output: 1 };
}

/** How many places see themselves. */
const placesIn = ([kind, ...deeper]: readonly Kind[]): number =>
  2 + (kind === undefined ? 0 : COUNTS[kind] * placesIn(deeper));

/** Nobody waits, and nothing times out. */
const IMPATIENT: Clock = {
  now: () => Date.now(),
  sleep: (_, signal, what) =>
    what?.isTimeout
      ? new Promise((_resolve, reject) =>
          signal?.addEventListener('abort', () => reject(signal.reason), { once: true }),
        )
      : Promise.resolve(),
};

const load = async (name: string): Promise<Component> => (await import(`../../lambdas/builtin/${name}.ts`)).default;

/** `fails`: whether a call does, by its attempt and by how many there have been with it. */
async function callsOf(
  source: JsonObject,
  input: Json,
  limits: Limits = {},
  fails: (attempt: number, count: number) => boolean = (attempt) => attempt === 0,
) {
  const calls: Call[] = [];
  const logs: LogEntry[] = [];
  const seeing = component({ input: z.object({ at: z.json() }), output: z.json() }, async (given, context) => {
    const { idempotencyKey: key, attempt, execution, step } = context;
    calls.push({ identity: `${step} ${JSON.stringify(given.at)}`, key, attempt, execution });
    context.logger.info('seen');
    if (fails(attempt, calls.length)) throw new FlowError('COMPONENT_FAILED', 'at first');
    return {};
  });
  const store = memoryStore();
  const { stateMachine, nestedMachines, diagnostics } = compile(JSON.stringify(source), { limits });
  if (!stateMachine) throw new Error(diagnostics.map(({ message }) => message).join('; '));
  const find = async (path: string) =>
    wrap(path === '/m/see' ? seeing : await load(path.replace(/^\/builtin\//, '')), { store: () => store });
  const result = await execute(stateMachine, {
    input,
    resolver: componentResolver(find, { store, log: (entry) => logs.push(entry) }),
    clock: IMPATIENT,
    nestedMachines: machineResolver(nestedMachines),
    objects: storeObjects(store),
  });
  if (result.status !== 'SUCCEEDED') throw new Error(`${result.error}: ${result.cause}`);
  return { calls, logs, machines: 1 + nestedMachines.length };
}

const distinct = (values: readonly string[]): number => new Set(values).size;

describe('the key of a call', () => {
  const kinds = fc.array(fc.constantFrom<Kind>('map', 'eval', 'iterate'), { maxLength: 4 });
  const limits = fc.constantFrom<Limits>({}, { events: 60 }, { definitionBytes: 12_000 });

  it('is the same in all its attempts, and different for every step, iteration and item', {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(kinds, limits, async (nested, limited) => {
        const { calls } = await callsOf({ name: 'seen', ...nest(nested) }, { at: 0 }, limited);
        const places = placesIn(nested);
        expect(calls).toHaveLength(2 * places);
        expect(distinct(calls.map(({ identity }) => identity))).toBe(places);
        expect(distinct(calls.map(({ key }) => key))).toBe(places);
        expect(distinct(calls.map(({ key, identity }) => `${key} ${identity}`))).toBe(places);
        expect(distinct(calls.map(({ execution }) => execution))).toBe(1);
      }),
      {
        numRuns: 25,
        seed: 14,
        examples: [
          [['many'], {}],
          [['map', 'many'], {}],
          [['many', 'iterate'], { events: 60 }],
        ],
      },
    );
  });

  it('is another one in another execution', async () => {
    const [one, other] = await Promise.all([0, 1].map(() => callsOf({ name: 'seen', ...nest(['map']) }, { at: 0 })));
    const keys = new Set(one?.calls.map(({ key }) => key));
    expect(other?.calls.filter(({ key }) => keys.has(key))).toEqual([]);
  });

  it('is told in logs by the item, and by the execution of the item where that is not the flow’s', async () => {
    const { logs } = await callsOf({ name: 'seen', ...nest(['map']) }, { at: 0 });
    const seen = logs.filter(({ message }) => message === 'seen');
    expect(new Set(seen.map(({ iteration }) => iteration))).toEqual(new Set([undefined, '/0', '/1', '/2']));
    const many = await callsOf({ name: 'seen', ...nest(['many']) }, { at: 0 });
    const inItems = many.logs.filter(({ message, iteration }) => message === 'seen' && iteration !== undefined);
    expect(distinct(inItems.map(({ execution }) => execution))).toBe(1);
    expect(distinct(inItems.map(({ childExecution }) => String(childExecution)))).toBe(COUNTS.many);
  });

  it('is the same where a function runs a flow that is only known at run time', async () => {
    const flow = nest(['map', 'eval']);
    const steps = [
      { id: 'dynamic', component: '/builtin/eval', input: { flow: { $input: 'flow' }, input: { at: 0 } } },
    ];
    const source = { name: 'dynamic', steps, output: { $step: 'dynamic', path: 'result.outcome' } };
    const { calls } = await callsOf(source, { flow });
    const places = placesIn(['map', 'eval']);
    expect(calls).toHaveLength(2 * places);
    expect(distinct(calls.map(({ key }) => key))).toBe(places);
    expect(distinct(calls.map(({ key, identity }) => `${key} ${identity}`))).toBe(places);
  });

  it('is the same in each attempt of a step whose function runs a flow, or whose states are repeated', async () => {
    const inner = { steps: [{ id: 'see', component: '/m/see', input: { at } }], output: { result: { $step: 'see' } } };
    for (const flow of [{ $input: 'flow' }, { $literal: inner }]) {
      const input = { flow, initial_input: { at: 0 } };
      const onError = { action: 'retry', maxRetries: 1 };
      const source = { name: 'twice', steps: [{ id: 'loop', component: '/builtin/iterate', input, onError }] };
      const { calls } = await callsOf(source, { flow: inner }, {}, (_, count) => count === 1);
      expect(calls).toHaveLength(2);
      expect(distinct(calls.map(({ key }) => key))).toBe(1);
    }
  });
});
