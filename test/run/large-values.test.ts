import { describe, expect, it } from 'vitest';
import type { Json } from '../../lib/protocol/json.ts';
import { type Mocks, runFlow } from '../../lib/run/run-flow.ts';

const text = (bytes: number): string => 'y'.repeat(bytes);

const MOCKS: Mocks = {
  '/m/large': [{ outcome: 'success', result: { d: 'found', s: text(600_000), items: [1] } }],
  '/m/small': [{ outcome: 'success', result: 'done' }],
  '/m/fails': [{ outcome: 'failed', error: { code: 'COMPONENT_FAILED', message: 'it failed' } }],
};

async function resultOf(flow: Json, input: Json = {}): Promise<unknown> {
  const { result, diagnostics } = await runFlow({ source: JSON.stringify(flow), mocks: MOCKS, input });
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return result;
}

describe('a path into a default', () => {
  it.each<[string, Json, string, unknown]>([
    ['that has the large result of a step', { a: { $step: 'large' } }, 'a.d', 'found'],
    ['that is the large result of a step', { $step: 'large' }, 'd', 'found'],
    ['that has a large part of the input', { a: { $input: 'x' } }, 'a.k', 1],
  ])('%s leads into the value, not its marker', async (_, defaultValue, path, wanted) => {
    const steps = [
      { id: 'large', component: '/m/large' },
      { id: 's', component: '/m/fails', onError: { action: 'useDefault', defaultValue } },
    ];
    const output = [{ $step: 's', path }, { $coalesce: [{ $step: 's', path }, 'not found'] }];
    const result = await resultOf({ steps, output }, { x: { k: 1, t: text(300_000) } });
    expect(result).toEqual({ outcome: 'success', result: [wanted, wanted] });
  });
});

describe('constants as defaults', () => {
  it.each([
    [1, 248_000],
    [2, 140_000],
    [20, 200_000],
  ])('fit: %i of %i bytes', async (count, bytes) => {
    const ids = Array.from({ length: count }, (_, at) => `s${at}`);
    const onError = { action: 'useDefault', defaultValue: text(bytes) };
    const steps = ids.map((id) => ({ id, component: '/m/fails', onError }));
    const result = await resultOf({ steps, output: ids.map((id) => ({ $step: id })) });
    expect(result).toEqual({ outcome: 'success', result: ids.map(() => text(bytes)) });
  });
});

describe('an input that fits a payload alone', () => {
  const doc = { $input: 'doc' };
  const steps = (input: Json): Json => [{ id: 's', component: '/m/small', input }];

  it.each<[string, Json]>([
    ['read twice', { steps: steps({ of: doc, p: doc }), output: { $step: 's' } }],
    ['beside a constant', { steps: steps({ of: doc, p: text(140_000) }), output: { $step: 's' } }],
    [
      'in the input of an inner flow, beside a constant',
      {
        steps: [
          {
            id: 'm',
            component: '/eval',
            input: { input: [doc, text(100_000)], flow: { steps: steps({ $input: '$' }), output: { $step: 's' } } },
          },
        ],
        output: { $step: 'm', path: 'result.result' },
      },
    ],
  ])('fits %s', async (_, flow) => {
    expect(await resultOf(flow, { doc: text(200_000) })).toEqual({ outcome: 'success', result: 'done' });
  });

  it('fits the output twice', async () => {
    const result = await resultOf({ steps: steps({}), output: [doc, doc] }, { doc: text(200_000) });
    expect(result).toEqual({ outcome: 'success', result: [text(200_000), text(200_000)] });
  });
});

describe('an input that is read as a whole and in part, where each read has little room', () => {
  const record = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`f${at}`, text(100 + at)]));
  const input = { user: { name: 'Ada', age: 36, ...record }, list: [text(300), { id: 7 }, text(300)] };
  const crowd = (value: Json): Json => Array.from({ length: 300 }, () => value);
  const reads = ($: (path: string) => Json): { readonly [name: string]: Json } => ({
    name: $('user.name'),
    id: $('list[1].id'),
    isAdult: { $gte: [$('user.age'), 18] },
    isSame: { $eq: [$('user'), $('user')] },
    isListed: { $in: [{ id: 7 }, $('list')] },
    count: { $length: $('list') },
    text: { $concat: [$('user.name'), '!'] },
  });
  const wanted = { name: 'Ada', id: 7, isAdult: true, isSame: true, isListed: true, count: 3, text: 'Ada!' };
  const ofInput = (path: string): Json => ({ $input: path });

  it.each<[string, Json]>([
    ['in the flow itself', { output: { ...reads(ofInput), all: crowd([ofInput('$'), ofInput('user')]) } }],
    [
      'in an inner flow',
      {
        steps: [
          {
            id: 'm',
            component: '/map',
            input: {
              items: [{ $input: '$' }],
              workflow: { steps: [], output: { ...reads(ofInput), all: crowd([ofInput('$'), ofInput('user')]) } },
            },
          },
        ],
        output: { $step: 'm', path: 'values[0]' },
      },
    ],
    [
      'as a variable of an inner flow',
      {
        steps: [
          {
            id: 'm',
            component: '/eval',
            input: {
              input: null,
              variables: { own: { $input: '$' } },
              flow: {
                steps: [],
                output: {
                  ...reads((path) => ({ $variable: `own.${path}` })),
                  all: crowd([{ $variable: 'own' }, { $variable: 'own.user' }]),
                },
              },
            },
          },
        ],
        output: { $step: 'm', path: 'result.result' },
      },
    ],
  ])('is read right: %s', async (_, flow) => {
    const result = await resultOf(flow, input);
    expect(result).toEqual({ outcome: 'success', result: { ...wanted, all: crowd([input, input.user]) } });
  });
});
