import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { Json, JsonObject } from '../../lib/protocol/json.ts';
import { runFlow } from '../../lib/run/run-flow.ts';
import { sha256 } from '../../lib/runtime/stores/blobs.ts';
import { runs } from '../chance.ts';
import { compare } from './compare.ts';
import type { Sample } from './draw-flow.ts';

const FLOWS = runs(40);
const TIMEOUT = 240_000 + FLOWS * 5000;

/** Bytes, from 1 to 50 MB: each order of magnitude as often, the largest seldom. */
const size = fc.oneof(
  { weight: 30, arbitrary: fc.double({ min: 0, max: 20, noNaN: true }).map((exponent) => Math.floor(2 ** exponent)) },
  { weight: 1, arbitrary: fc.integer({ min: 20_000_000, max: 50_000_000 }) },
  { weight: 3, arbitrary: fc.integer({ min: 262_000, max: 262_300 }) },
);

/** The text of a size; texts of one size need not differ. */
const textOf = (bytes: number): string => 'é"x'.repeat(Math.ceil(bytes / 5)).slice(0, Math.max(1, bytes));

/** The result of a step: a text, a number, and a list whose items have both. */
const result = fc
  .record({ bytes: size, items: fc.integer({ min: 0, max: 5 }), each: fc.integer({ min: 1, max: 80_000 }) })
  .map(({ bytes, items, each }) => ({
    v: textOf(bytes),
    k: bytes,
    list: Array.from({ length: items }, (_, k) => ({ v: textOf(each), k })),
  }));

/** How a step reads others. */
type Way = 'whole' | 'field' | 'number' | 'many' | 'either' | 'first' | 'input';

const way = fc.constantFrom<Way>('whole', 'field', 'number', 'many', 'either', 'first', 'input');

/** A step: how it reads which of the steps before it. */
const step = fc.record({ way, from: fc.array(fc.nat(), { minLength: 1, maxLength: 12 }), result });

const reference = (step: number, path?: string): JsonObject => ({ $step: `s${step}`, ...(path && { path }) });

function inputOf(way: Way, from: readonly number[]): Json {
  const [one = 0] = from;
  switch (way) {
    case 'whole':
      return reference(one);
    case 'field':
      return { v: reference(one, 'v') };
    case 'number':
      return { k: reference(one, 'k'), item: { $coalesce: [reference(one, 'list[0].k'), 'none'] } };
    case 'many':
      return from.map((each) => reference(each, 'v'));
    case 'either':
      // biome-ignore lint/suspicious/noThenProperty: a key of the language.
      return { $if: reference(one, 'k'), then: reference(from.at(-1) ?? one), else: null };
    case 'first':
      return { $coalesce: [reference(one, 'list[3]'), reference(one)] };
    case 'input':
      return { text: { $input: 'text' }, all: { $input: '$' }, v: reference(one, 'v') };
  }
}

const sample: fc.Arbitrary<Sample> = fc
  .record({ steps: fc.array(step, { minLength: 1, maxLength: 6 }), input: size, isWhole: fc.boolean() })
  .map(({ steps, input, isWhole }) => {
    const written = steps.map(({ way, from }, at): JsonObject => {
      const reads =
        at === 0
          ? { $input: 'text' }
          : inputOf(
              way,
              from.map((pick) => pick % at),
            );
      return { id: `s${at}`, component: '/mock/any', input: reads };
    });
    const output = isWhole ? {} : { output: written.map((_, at) => reference(at)) };
    return {
      source: stringify({ steps: written, ...output }, { aliasDuplicateObjects: false }),
      mocks: Object.fromEntries(
        steps.map(({ result: answer }, at) => [`s${at}`, [{ outcome: 'success', result: answer }]]),
      ),
      variables: {},
      inputs: [{ text: textOf(input), other: [1, 2] }],
    };
  });

/** A flow that reads all of its input, and a path of it. */
const INNER: JsonObject = {
  steps: [{ id: 'in', component: '/mock/inner', input: { k: { $input: 'k' }, all: { $input: '$' } } }],
  output: { $step: 'in' },
};

/** The flow above for each item of a list and for the result with the list; both results are read as a whole and by path. */
const NESTED = {
  steps: [
    { id: 's0', component: '/mock/any', input: { $input: 'text' } },
    { id: 'each', component: '/map', input: { items: reference(0, 'list'), workflow: { $literal: INNER } } },
    { id: 'once', component: '/eval', input: { input: reference(0), flow: { $literal: INNER } } },
  ],
  output: {
    each: { $step: 'each', path: 'results' },
    count: { $step: 'each', path: 'successful' },
    first: { $coalesce: [{ $step: 'each', path: 'results[0].result.k' }, 'none'] },
    once: { $step: 'once', path: 'result' },
    inside: { $step: 'once', path: 'result.result.k' },
  },
};

describe('results of 1 byte to 50 MB on any edge', () => {
  it('exceed no limit and arrive unchanged', { timeout: TIMEOUT }, async () => {
    const outcomes: string[] = [];
    const property = fc.asyncProperty(sample, async (drawn) => {
      const compared = await compare(drawn);
      outcomes.push(...('runs' in compared ? compared.runs : compared.refused));
    });
    await fc.assert(property, { numRuns: FLOWS, endOnFailure: true, verbose: 0 });
    expect([...new Set(outcomes)]).toEqual(['success']);
  });

  it('enter and leave inner flows', { timeout: TIMEOUT }, async () => {
    const drawn = fc.record({ list: result, inner: result, many: fc.constantFrom(0, 0, 0, 150) });
    const property = fc.asyncProperty(drawn, async ({ list, inner, many }) => {
      const items = Array.from({ length: many }, (_, k) => ({ v: 'x', k }));
      const given = { ...list, list: [...list.list, ...items] };
      const mocks = { s0: [{ result: given }], '/mock/inner': [{ result: inner }] };
      const run = await runFlow({ source: stringify(NESTED), mocks, input: { text: 'x' } });
      const one = { outcome: 'success', result: inner };
      const each = given.list.map(() => one);
      const first = each.length > 0 ? inner.k : 'none';
      const wanted = { each, count: each.length, first, once: one, inside: inner.k };
      expect(hashOf(run.result)).toBe(hashOf({ outcome: 'success', result: wanted }));
    });
    await fc.assert(property, { numRuns: Math.ceil(FLOWS / 2), endOnFailure: true });
  });

  // Not even the markers of so many blobs would fit.
  it.each(['a step', 'the output'])('arrive where 3,000 meet in %s', { timeout: TIMEOUT }, async (where) => {
    const ids = Array.from({ length: 3000 }, (_, at) => `s${at}`);
    const steps = ids.map((id) => ({ id, component: '/mock/any', input: id }));
    const join = { id: 'join', component: '/noop', input: ids.map((id) => ({ $step: id, path: 'v' })) };
    const flow = where === 'a step' ? { steps: [...steps, join], output: { $step: 'join' } } : { steps };
    const answer = { v: textOf(4000) };
    const run = await runFlow({ source: JSON.stringify(flow), mocks: { '/mock/any': [{ result: answer }] } });
    const wanted = where === 'a step' ? ids.map(() => answer.v) : Object.fromEntries(ids.map((id) => [id, answer]));
    expect(hashOf(run.result)).toBe(hashOf({ outcome: 'success', result: wanted }));
  });
});

/** Identifies values that are too large to be shown. */
const hashOf = (value: unknown): string => {
  const text = JSON.stringify(value);
  return `${text.length} ${text.slice(0, 200)} ${sha256(text)}`;
};
