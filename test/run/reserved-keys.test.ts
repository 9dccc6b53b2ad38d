import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../lib/protocol/json.ts';
import { type Mocks, runFlow } from '../../lib/run/run-flow.ts';

/** Keys that JavaScript, JSONata or the state machine would give a meaning, as data. */
const KEYS = [
  '__proto__',
  '_jsonata_lambda',
  '_jsonata_function',
  'constructor',
  'toString',
  '$blob',
  '{% 1 %}',
  '$__proto__',
];

const withKeys = (value: Json): JsonObject => Object.fromEntries(KEYS.map((key) => [key, value]));
const DATA = withKeys({ list: [withKeys(true), { __proto: 1 }] });

async function resultOf(flow: Json, input: Json = DATA, mock: Json = DATA): Promise<unknown> {
  const mocks: Mocks = {
    '/m/a': [{ outcome: 'success', result: mock }],
    '/m/fails': [{ outcome: 'failed', error: { code: 'COMPONENT_FAILED', message: 'it failed' } }],
  };
  const { result, diagnostics } = await runFlow({ source: JSON.stringify(flow), mocks, input });
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return result.outcome === 'success' ? result.result : result;
}

const step = { id: 'a', component: '/m/a', input: { $literal: DATA } };

describe('reserved keys are data', () => {
  it.each<[string, Json]>([
    ['in the result of a mock', { steps: [step], output: { $step: 'a' } }],
    ['in the input', { output: { $input: '$' } }],
    ['in a literal', { output: { $coalesce: [{ $literal: DATA }] } }],
    [
      'in a default',
      {
        steps: [{ ...step, component: '/m/fails', onError: { action: 'useDefault', defaultValue: DATA } }],
        output: { $coalesce: [{ $step: 'a' }] },
      },
    ],
    ['in a variable', { variables: { v: DATA }, output: { $variable: 'v' } }],
    ['in a map of expressions', { output: Object.fromEntries(KEYS.map((key) => [key, { $input: `$["${key}"]` }])) }],
    [
      'in a choice of maps',
      {
        output: Object.fromEntries([
          ['$if', { $input: '$' }],
          ['then', Object.fromEntries(KEYS.map((key) => [key, { $input: `$["${key}"]` }]))],
        ]),
      },
    ],
  ])('%s', async (_, flow) => {
    expect(await resultOf(flow)).toEqual(DATA);
  });

  it.each(KEYS)('by a path: %s', async (key) => {
    const path = `["${key}"]`;
    const output = [{ $input: path }, { $step: 'a', path }, { $input: `${path}.list[0]${path}` }];
    expect(await resultOf({ steps: [step], output })).toEqual([DATA[key], DATA[key], true]);
    expect(
      await resultOf(
        { steps: [step], output: { $coalesce: [{ $step: 'a', path: `x${path}` }, 'none'] } },
        {},
        { x: {} },
      ),
    ).toBe('none');
    expect(await resultOf({ output: { $coalesce: [{ $input: path }, 'none'] } }, {})).toBe('none');
  });

  it.each([2, 300])('in %i items of a map', async (count) => {
    const workflow = { steps: [{ id: 'a', component: '/m/a', input: { $input: '$' } }], output: { $input: '$' } };
    const flow = {
      steps: [{ id: 'm', component: '/map', input: { items: { $input: 'items' }, workflow } }],
      output: { $step: 'm', path: 'results' },
    };
    const items = Array.from({ length: count }, (_, at) => ({ ...DATA, at }));
    expect(await resultOf(flow, { items })).toEqual(items.map((result) => ({ outcome: 'success', result })));
  });

  it('in the rounds of an iterate, and in a run of eval', async () => {
    const loop = { output: { result: { $input: '$' } } };
    const iterate = { id: 'i', component: '/iterate', input: { flow: loop, initial_input: { $input: '$' } } };
    const evaluated = {
      id: 'e',
      component: '/eval',
      input: { flow: { output: { $input: '$' } }, input: { $step: 'i', path: 'result' } },
    };
    expect(await resultOf({ steps: [iterate, evaluated], output: { $step: 'e', path: 'result.result' } })).toEqual(
      DATA,
    );
  });
});
