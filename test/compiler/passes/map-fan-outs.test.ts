import { describe, expect, it } from 'vitest';
import { changesOf, compiled, giving, runBoth, shape, statusesOf } from './pass-tester.ts';

const SMALL = { leastFanOut: 2 };

const mapped = (source: string, leastFanOut = 2): readonly string[] =>
  changesOf(compiled(source, { leastFanOut }), 'map-fan-outs');

/** Steps `w0`, `w1` … side by side, between two others. */
const wide = (count: number, more: (at: number) => string = () => ''): string => `
steps:
  - { id: src, component: /m/src }
${Array.from({ length: count }, (_, at) => `  - { id: w${at}, component: /m/w, input: { of: { $step: src, path: x }, at: ${at} }${more(at)} }`).join('\n')}
  - { id: sum, component: /m/sum, input: [${Array.from({ length: count }, (_, at) => `{ $step: w${at} }`).join(', ')}] }
output: { $step: sum }`;

describe('steps side by side that are alike', () => {
  it('become the iterations of one Map', async () => {
    expect(shape(wide(3), SMALL)).toBe('src → 3 × one of w0 + w1 + 1 more → sum');
    expect(mapped(wide(3))).toEqual(['w0, w1, w2: become the iterations of one Map']);
    const mocks = {
      ...giving({ src: { x: [[1]] }, w0: [['a']], w1: null, w2: 'c' }),
      sum: [{ input: [[['a']], null, 'c'], result: 1 }],
    };
    const run = await runBoth(wide(3), { mocks, ...SMALL });
    expect(run.result).toEqual({ outcome: 'success', result: 1 });
    expect(new Set(Object.values(statusesOf(run)))).toEqual(new Set(['succeeded']));
  });

  it('are left as they are without the pass', () => {
    expect(shape(wide(3), { ...SMALL, without: ['map-fan-outs'] })).toBe('src → (w0 | w1 | w2) → sum');
  });

  it('are ten at the least', () => {
    expect(shape(wide(9))).toContain('w0 | w1');
    expect(shape(wide(10))).toBe('src → 10 × one of w0 + w1 + 8 more → sum');
  });

  it('are as many Maps as it takes for all to run at once', () => {
    const width = (count: number): readonly number[] =>
      compiled(wide(count)).passes.flatMap(({ name, changes }) =>
        name === 'map-fan-outs' ? changes.map(({ steps }) => steps.length) : [],
      );
    expect(width(40)).toEqual([40]);
    expect(width(41)).toEqual([20, 21]);
    expect(width(100)).toEqual([33, 33, 34]);
    expect(shape(wide(41))).toBe('src → (20 × one of w0 + w1 + 18 more | 21 × one of w20 + w21 + 19 more) → sum');
  });

  it('are as many Maps as it takes for their items to fit', () => {
    const text = 'x'.repeat(20_000);
    const source = wide(10).replaceAll(/at: (\d+)/g, `at: "${text}$1"`);
    expect(shape(source, SMALL)).toContain('(3 × one of w0 + w1 + 1 more | 3 × one of w3');
    expect(mapped(source, 10)).toEqual([]);
  });

  it('are a branch beside others', () => {
    const source = wide(3).replace(
      'output: { $step: sum }',
      '  - { id: other, component: /m/other, input: { $step: src } }\noutput: [{ $step: sum }, { $step: other }]',
    );
    expect(shape(source, SMALL)).toBe('src → (3 × one of w0 + w1 + 1 more → sum | other)');
  });

  it('are told apart by what they do', () => {
    const source = wide(6).replace(/(id: w[135], component: \/m\/)w/g, '$1v');
    expect(mapped(source)).toEqual([
      'w0, w2, w4: become the iterations of one Map',
      'w1, w3, w5: become the iterations of one Map',
    ]);
    expect(shape(source, SMALL)).toBe('src → (3 × one of w0 + w2 + 1 more | 3 × one of w1 + w3 + 1 more) → sum');
  });

  it('may be retried as often', () => {
    expect(mapped(wide(2, () => ', onError: { action: retry, maxRetries: 2 }'))).toHaveLength(1);
    expect(mapped(wide(2, (at) => `, onError: { action: retry, maxRetries: ${at} }`))).toEqual([]);
  });

  it('are so inside of flows that steps run', async () => {
    const inner = wide(3).replaceAll('\n', '\n          ');
    const source = `
steps:
  - id: each
    component: /map
    input:
      items: [1, 2]
      workflow:
        $literal:${inner}
output: { $step: each, path: results }`;
    expect(mapped(source)).toEqual(['each.w0, each.w1, each.w2: become the iterations of one Map']);
    const mocks = giving({ 'each.src': { x: 1 }, 'each.w0': 1, 'each.w1': 2, 'each.w2': 3, 'each.sum': 6 });
    const run = await runBoth(source, { mocks, ...SMALL });
    expect(run.result).toMatchObject({ outcome: 'success', result: [{ result: 6 }, { result: 6 }] });
  });
});

describe('a step stays a branch', () => {
  const STEPS = ['w0', 'w1'].map((id) => `{ id: ${id}, component: /m/w, input: 1 }`);
  const flow = (steps: readonly string[], output = '[{ $step: w0 }, { $step: w1 }]'): string =>
    `steps:\n${steps.map((step) => `  - ${step}\n`).join('')}output: ${output}`;
  const both = (more: string): string => flow(STEPS.map((step) => step.replace(' }', `${more} }`)));

  it('unless nothing is against it', () => {
    expect(mapped(flow(STEPS))).toHaveLength(1);
  });

  it.each([
    ['whose failure the flow goes on after', both(', onError: { action: useDefault }')],
    ['whose failure skips it', both(', onError: { action: skip }')],
    ['that may be skipped', both(', skipIf: { $input: skip }')],
    ['that is not wanted in every run', flow(STEPS, '{ $if: { $input: a }, then: [{ $step: w0 }, { $step: w1 }] }')],
    [
      'that reads a step which may be skipped',
      flow(
        [
          '{ id: src, component: /m/src, skipIf: { $input: skip } }',
          ...STEPS.map((step) => step.replace('1 }', '{ $step: src } }')),
        ],
        '[{ $coalesce: [{ $step: w0 }, 0] }, { $coalesce: [{ $step: w1 }, 0] }]',
      ),
    ],
    ['of which other parts are read', flow(STEPS, '[{ $step: w0, path: a }, { $step: w1, path: b }]')],
    [
      'that calls no function',
      flow(STEPS.map((step) => step.replace('/m/w, input: 1', '/sleep, input: { duration_ms: 0 }'))),
    ],
    [
      'that names a file to deploy',
      flow(STEPS.map((step) => step.replace('/m/w, input: 1', '/load_file, input: { path: a.csv }'))),
    ],
    [
      'that stores a part of its result itself',
      flow(
        [
          ...STEPS,
          ...['w0', 'w1'].map(
            (id) => `{ id: blob_${id}, component: /put_blob, input: { data: { $step: ${id}, path: data } } }`,
          ),
        ],
        '[{ $step: blob_w0 }, { $step: blob_w1 }]',
      ),
    ],
    [
      'that reads a secret which the other does not',
      `variables: {}\nschemas: { type: object, properties: { variables: { type: object, properties: { key: { type: string, is_secret: true } } } } }\n${flow([STEPS[0] ?? '', '{ id: w1, component: /m/w, input: { $variable: key } }'])}`,
    ],
  ])('%s', (_, source) => {
    expect(mapped(source)).toEqual([]);
  });

  it('where it is beside others with one more step after it', () => {
    const source = flow(
      [...STEPS, ...['w0', 'w1'].map((id) => `{ id: then_${id}, component: /m/then, input: { $step: ${id} } }`)],
      '[{ $step: then_w0 }, { $step: then_w1 }]',
    );
    expect(shape(source, SMALL)).toBe('(w0 → then_w0 | w1 → then_w1)');
  });
});
