import { expect, it } from 'vitest';
import type { Json } from '../../lib/protocol/json.ts';
import { runFlow } from '../../lib/run/run-flow.ts';

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
