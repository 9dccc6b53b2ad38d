import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Json } from '../../lib/protocol/json.ts';
import { runFlow } from '../../lib/run/run-flow.ts';
import { runs } from '../chance.ts';

/** More than are gathered in one blob. */
const IDS = Array.from({ length: 450 }, (_, at) => `s${at}`);
const STEPS = IDS.map((id, at) => ({ id, component: '/my/a', input: { at } }));
const [FIRST = ''] = IDS;

const text = (id: string): Json => ({ $step: id, path: 's' });
const texts = IDS.map(text);
const reader = (more: object): object => ({
  steps: [...STEPS, { id: 'reader', component: '/noop', input: 1, ...more }],
  output: { $step: 'reader' },
});

const MAP = {
  steps: [
    {
      id: 'each',
      component: '/map',
      input: {
        items: { $input: 'items' },
        workflow: {
          steps: [{ id: 'own', component: '/my/a', input: { $input: '$' }, skipIf: { $gt: [{ $input: 'k' }, 1] } }],
          output: { $concat: [text('own'), { $input: 'k' }] },
        },
      },
    },
  ],
  output: {
    all: { $length: { $step: 'each', path: 'results' } },
    have: { $gte: [{ $step: 'each', path: 'successful' }, 2] },
    first: { $step: 'each', path: 'results[0].result' },
  },
};

it.each<[string, object, Json]>([
  [
    'a text of each, for a function',
    reader({ input: texts.map((one) => ({ $concat: [one, 'x'] })) }),
    IDS.map(() => 'ax'),
  ],
  ['a text of all, for a function', reader({ input: { $concat: texts } }), 'a'.repeat(450)],
  ['a text of all, in the output', { steps: STEPS, output: { $concat: texts } }, 'a'.repeat(450)],
  ['one of all, in a skipIf', reader({ skipIf: { $in: ['no', texts] } }), 1],
  ['one of all, in the output', { steps: STEPS, output: { $in: ['a', texts] } }, true],
  ['pairs of them', { steps: STEPS, output: texts.map((one) => ({ $eq: [one, text(FIRST)] })) }, IDS.map(() => true)],
  ['items of a distributed map', MAP, { all: 100, have: true, first: 'a0' }],
])('operations on the results of 450 steps: %s', async (_, flow, wanted) => {
  const input = { items: Array.from({ length: 100 }, (_, k) => ({ k })) };
  const run = await runFlow({ source: JSON.stringify(flow), mocks: { '/my/a': [{ result: { s: 'a' } }] }, input });
  expect(run.result).toEqual({ outcome: 'success', result: wanted });
});

/** An operator over the result of step a, and over those of steps a and b, with what it gives. */
const OPERATORS: { readonly [name: string]: (at: number) => readonly [expression: Json, value: Json] } = {
  eq: (at) => [{ $eq: [{ $step: 'a', path: `k${at}` }, at] }, true],
  lt: (at) => [{ $lt: [{ $step: 'a', path: `k${at}` }, at] }, false],
  concat: (at) => [{ $concat: [{ $step: 'a', path: `k${at}` }, '!'] }, `${at}!`],
  'lt of two': (at) => [
    {
      $lt: [
        { $step: 'a', path: `k${at}` },
        { $step: 'b', path: 'most' },
      ],
    },
    true,
  ],
};

/** One condition of more is larger than a state machine, which a diagnostic says. */
const MOST_IN_CONDITION = 300;

/** Flows with many operations, each in a place of its own or all in one. */
const PLACES: { readonly [name: string]: (operations: readonly Json[], holds: readonly Json[]) => object } = {
  output: (operations) => ({ steps: TWO, output: operations }),
  input: (operations) => ({
    steps: [...TWO, { id: 'reader', component: '/my/echo', input: operations }],
    output: { $length: { $step: 'reader' } },
  }),
  condition: (operations, holds) => ({
    steps: [...TWO, { id: 'reader', component: '/my/echo', skipIf: { $and: pairs(operations, holds) } }],
    output: { $coalesce: [{ $step: 'reader' }, 'skipped'] },
  }),
};

const TWO = ['a', 'b'].map((id) => ({ id, component: `/my/${id}` }));
const pairs = (some: readonly Json[], others: readonly Json[]): Json =>
  some.map((one, at) => ({ $eq: [one, others[at] ?? null] }));

it('any number of operations on the result of one step are done, wherever they stand', {
  timeout: 600_000,
}, async () => {
  const drawn = fc.tuple(
    fc.integer({ min: 500, max: 2000 }),
    fc.constantFrom(...Object.values(OPERATORS)),
    fc.constantFrom(...Object.entries(PLACES)),
  );
  const property = fc.asyncProperty(drawn, async ([count, operator, [place, flowOf]]) => {
    const length = place === 'condition' ? Math.min(count, MOST_IN_CONDITION) : count;
    const done = Array.from({ length }, (_, at) => operator(at));
    const values = done.map(([, value]) => value);
    const flow = flowOf(
      done.map(([expression]) => expression),
      values,
    );
    const mocks = {
      '/my/a': [{ result: Object.fromEntries(done.map((_, at) => [`k${at}`, at])) }],
      '/my/b': [{ result: { most: 5000 } }],
      '/my/echo': [{ result: values }],
    };
    const run = await runFlow({ source: JSON.stringify(flow), mocks, input: {} });
    const result = { output: values, input: count, condition: 'skipped' }[place];
    expect(run.result).toEqual({ outcome: 'success', result });
  });
  await fc.assert(property, { numRuns: runs(4) });
});
