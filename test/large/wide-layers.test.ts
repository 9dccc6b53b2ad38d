import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import gathering from '../../lambdas/builtin/gather.ts';
import packing from '../../lambdas/builtin/pack.ts';
import { GATHER } from '../../lib/compiler/analyse/gather.ts';
import { type Compiled, compile } from '../../lib/compiler/compile.ts';
import { PACK } from '../../lib/compiler/emit/packing/pack-component.ts';
import { execute, VirtualClock } from '../../lib/engine/index.ts';
import type { Json } from '../../lib/protocol/json.ts';
import { componentResolver } from '../../lib/run/tasks/component-resolver.ts';
import { machineResolver } from '../../lib/run/tasks/nested-machines.ts';
import { component } from '../../lib/runtime/component.ts';
import { hydrate } from '../../lib/runtime/spill/hydrate.ts';
import { blobStore } from '../../lib/runtime/stores/blobs.ts';
import { type Handler, wrap } from '../../lib/runtime/wrapper.ts';
import { runs } from '../chance.ts';
import { memoryStore } from '../runtime/stores/memory-store.ts';
import { nameOfValue, type WideLayers, wideLayers } from './draw-wide-layers.ts';

const STORE = memoryStore();
const store = () => STORE;

/** Larger than any share where many values meet: each is spilled, so that all payloads are as full as they can be. */
const PADDING = '.'.repeat(1000);

const any = z.custom<Json>();

/** Makes a value at each path. */
const make = component(
  { description: 'Makes values', input: z.object({ paths: z.number() }), output: any },
  ({ paths }, { step }) =>
    Object.fromEntries(
      Array.from({ length: paths }, (_, at) => [`p${at}`, `${nameOfValue(step, `p${at}`)} ${PADDING}`]),
    ),
);

/** Tells the names of the values in its input. */
const tell = component({ description: 'Tells what it was given', input: any, output: any }, (input) => ({
  of: JSON.parse(JSON.stringify(input), (_, part) => (typeof part === 'string' ? part.split(' ')[0] : part)),
}));

const HANDLERS: { readonly [path: string]: Handler } = {
  [GATHER]: wrap(gathering, { store }),
  [PACK]: wrap(packing, { store }),
  '/wide/make': wrap(make, { store }),
  '/wide/tell': wrap(tell, { store }),
};

/** Runs a compiled flow in the engine, with AWS's limits. */
async function run({ stateMachine, nestedMachines, diagnostics }: Compiled): Promise<Json> {
  if (!stateMachine) throw new Error(diagnostics.map(({ message }) => message).join('; '));
  const resolver = componentResolver(async (path) => HANDLERS[path] ?? Promise.reject(new Error(path)), {
    store: STORE,
    log: () => {},
  });
  const result = await execute(stateMachine, {
    resolver,
    clock: new VirtualClock(),
    nestedMachines: machineResolver(nestedMachines),
    input: { text: 'x' },
  });
  if (result.status !== 'SUCCEEDED') throw new Error(JSON.stringify(result).slice(0, 2000));
  return hydrate(result.output ?? null, blobStore(STORE));
}

const isPacked = ({ steps }: Compiled): boolean => steps.some(({ component: path, added }) => added && path === PACK);

async function expectToRun(layers: WideLayers): Promise<Compiled> {
  const { source, output } = wideLayers(layers);
  const compiled = compile(source);
  expect(await run(compiled)).toEqual({ outcome: 'success', result: output });
  return compiled;
}

describe('a layer whose values no payload has room for', { timeout: 120_000 }, () => {
  const mosaic = {
    makers: 666,
    paths: 3,
    readers: 500,
    each: 4,
    way: 'list',
    isJoined: false,
    maySkip: false,
  } as const;

  it.each<[string, WideLayers]>([
    ['a mosaic of 1,998 values', mosaic],
    ['2,000 paths of one step', { ...mosaic, makers: 1, paths: 2000 }],
  ])('is handed on: %s', async (_, layers) => {
    expect(isPacked(await expectToRun(layers))).toBe(true);
  });

  it('is handed on, however it is drawn', async () => {
    const layers = fc
      .record({
        makers: fc.integer({ min: 1, max: 60 }),
        values: fc.integer({ min: 300, max: 2500 }),
        readers: fc.integer({ min: 2, max: 50 }),
        each: fc.integer({ min: 1, max: 60 }),
        way: fc.constantFrom('list' as const, 'coalesce' as const, 'if' as const),
        isJoined: fc.boolean(),
        maySkip: fc.boolean(),
      })
      .map(({ values, ...drawn }): WideLayers => ({ ...drawn, paths: Math.ceil(values / drawn.makers) }));
    const property = fc.asyncProperty(layers, async (drawn) => {
      await expectToRun(drawn);
    });
    await fc.assert(property, { numRuns: runs(2), endOnFailure: true });
  });
});
