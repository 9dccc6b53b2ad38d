import { describe, expect, it } from 'vitest';
import { type CompileOptions, compile } from '../../../../lib/compiler/compile.ts';
import { PACK } from '../../../../lib/compiler/emit/packing/pack-component.ts';
import type { Json, JsonObject } from '../../../../lib/protocol/json.ts';

const NUMBERS = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at);

const make = (at: number, more: JsonObject = {}): Json => ({ id: `a${at}`, component: '/m/a', input: at, ...more });
const read = (id: string, input: Json): Json => ({ id, component: '/m/b', input });
const value = (at: number): JsonObject => ({ $step: `a${at}` });

const compiled = (steps: readonly Json[], output?: Json, options?: CompileOptions) =>
  compile(JSON.stringify({ steps, ...(output !== undefined && { output }) }), { leastFanOut: 1000, ...options });

const packersOf = ({ steps }: ReturnType<typeof compile>): readonly string[] =>
  steps.flatMap(({ id, component }) => (component === PACK ? [id] : []));

describe('values are packed', () => {
  const layers = [
    ...NUMBERS(4).map((at) => make(at)),
    ...NUMBERS(4).map((at) => read(`b${at}`, [value(at), value((at + 1) % 4), value((at + 2) % 4)])),
  ];

  it('only where a payload has no room for them', () => {
    expect(packersOf(compiled(layers))).toEqual([]);
    expect(packersOf(compiled(layers, undefined, { limits: { values: 4 } }))).toEqual([]);
    expect(packersOf(compiled(layers, undefined, { limits: { values: 2 } }))).toEqual(['a0.packed_1', 'a2.packed_1']);
  });

  it('at the end of groups of branches, for functions that take them from the blob', () => {
    const { stateMachine, sourceMap } = compiled(layers, undefined, { limits: { values: 2 } });
    const text = JSON.stringify(stateMachine);
    expect(text).toContain(JSON.stringify('{% {"$part": $lookup($a2_packed_1_out, "$") & " 1"} %}').slice(1, -1));
    expect(sourceMap.states['a0.packed_1']?.role).toBe('gather');
  });

  it('in the flow of a step, too', () => {
    const workflow = { $literal: { steps: layers } };
    const each = { id: 'each', component: '/map', input: { items: { $input: 'list' }, workflow } };
    const packers = packersOf(compiled([each], undefined, { limits: { values: 2 } }));
    expect(packers).toEqual(['each.a0.packed_1', 'each.a2.packed_1']);
  });

  it('but not those that the state machine itself needs', () => {
    expect(packersOf(compiled(layers.slice(0, 4), NUMBERS(4).map(value), { limits: { values: 2 } }))).toEqual([]);
  });

  it('of one step, of which many paths are read', () => {
    const paths = NUMBERS(3).map((at) => read(`b${at}`, { $step: 'a0', path: `p${at}` }));
    const { stateMachine, steps } = compiled([make(0), ...paths], undefined, { limits: { values: 2 } });
    expect(packersOf({ steps } as ReturnType<typeof compile>)).toEqual(['a0.packed_1', 'a0.packed_2']);
    expect(JSON.stringify(stateMachine)).toContain('"reads":["p0","p1"]');
  });
});

// Larger ones run in test/large.
describe('a wide flow is not refused', () => {
  const written = NUMBERS(300).map((at) => ({ k: at, v: value(0) }));
  const choice = { $coalesce: NUMBERS(2000).map((at) => ({ $step: 'a0', path: `p${at}` })) };
  const many = { $coalesce: NUMBERS(2000).map((at) => ({ $input: `p${at}` })) };

  it.each<[string, readonly Json[], Json | undefined]>([
    ['300 written objects as an input', [make(0), read('b', written)], { $step: 'b' }],
    ['300 written objects as the output', [make(0)], written],
    ['300 written objects in a map', [make(0)], Object.fromEntries(written.map((one) => [`k${one.k}`, one]))],
    ['a choice of 2,000 values of the input', [read('b', many)], { $step: 'b' }],
    ['a choice of 2,000 paths', [make(0), read('b', choice)], { $step: 'b' }],
  ])('%s', (_, steps, output) => {
    expect(compiled(steps, output, { leastFanOut: 10 }).diagnostics.map(({ code }) => code)).toEqual([]);
  });
});
