import { stringify } from 'yaml';
import type { Json, JsonObject } from '../../lib/protocol/json.ts';

/** How a flow's first layer is read by its second. */
export interface WideLayers {
  /** Steps of the first layer, and the paths that are read of each. */
  readonly makers: number;
  readonly paths: number;
  /** Steps of the second layer. */
  readonly readers: number;
  /** How many values each of them reads: one by one, the first that is present, or under a condition. */
  readonly each: number;
  readonly way: 'list' | 'coalesce' | 'if';
  /** Whether one more step reads all values of the first layer. */
  readonly isJoined: boolean;
  /** Whether the steps of the first layer may be skipped. */
  readonly maySkip: boolean;
}

/** A flow of two layers whose output has what each step of the second layer, and the join, was given. */
export interface WideFlow {
  readonly source: string;
  /** What the output is to be: each value of the first layer is its name. */
  readonly output: Json;
}

const makerOf = (at: number): string => `make_${at}`;
const pathOf = (at: number): string => `p${at}`;

/** The name of a value, with which the step that makes it begins the value. */
export const nameOfValue = (step: string, path: string): string => `${step}.${path}`;

/** Draws nothing: what reads what follows from the numbers. */
export function wideLayers(layers: WideLayers): WideFlow {
  const { makers, paths, readers, isJoined, maySkip } = layers;
  const makerSteps = numbers(makers).map((at) => ({
    ...{ id: makerOf(at), component: '/wide/make', input: { paths, text: { $input: 'text' } } },
    ...(maySkip && { onError: { action: 'skip' } }),
  }));
  const given = numbers(readers).map((at) => givenTo(at, layers));
  const readerSteps = given.map(({ input }, at) => ({ id: `read_${at}`, component: '/wide/tell', input }));
  const all = numbers(makers * paths).map((at) => valueAt(at, layers));
  const join = { id: 'join', component: '/wide/tell', input: all.map(({ input }) => input) };
  const output = {
    each: readerSteps.map(({ id }) => ({ $step: id })),
    ...(isJoined && { all: { $step: 'join' } }),
  };
  return {
    source: stringify({ steps: [...makerSteps, ...readerSteps, ...(isJoined ? [join] : [])], output }),
    output: {
      each: given.map(({ value }) => ({ of: value })),
      ...(isJoined && { all: { of: all.map(({ value }) => value) } }),
    },
  };
}

interface Given {
  readonly input: Json;
  readonly value: Json;
}

/** The input of a reader. */
function givenTo(reader: number, layers: WideLayers): Given {
  const values = numbers(layers.each).map((at) => valueAt(reader + at * layers.readers, layers));
  const inputs = values.map(({ input }) => input);
  const [first, second = first] = values;
  if (layers.way === 'list') return { input: inputs, value: values.map(({ value }) => value) };
  if (layers.way === 'coalesce')
    return { input: { v: { $coalesce: [absent(reader, layers), ...inputs] } }, value: { v: first?.value ?? null } };
  return {
    // biome-ignore lint/suspicious/noThenProperty: a key of the language.
    input: { v: { $if: absent(reader, layers), then: first?.input ?? null, else: second?.input ?? null } },
    value: { v: second?.value ?? null },
  };
}

function valueAt(at: number, { makers, paths }: WideLayers): Given {
  const step = makerOf(Math.floor(at / paths) % makers);
  const path = pathOf(at % paths);
  return { input: { $step: step, path }, value: nameOfValue(step, path) };
}

const absent = (at: number, { makers }: WideLayers): JsonObject => ({ $step: makerOf(at % makers), path: 'none' });

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at);
