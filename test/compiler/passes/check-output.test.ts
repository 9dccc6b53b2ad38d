import { describe, expect, it } from 'vitest';
import type { Mocks } from '../../../lib/run/run-flow.ts';
import { changesOf, compiled, giving, runBoth, shape, statusesOf } from './pass-tester.ts';

const checked = (source: string): readonly string[] => changesOf(compiled(source), 'check-output');

const chain = (output: string, last = ''): string => `
steps:
  - { id: a, component: /m/a }
  - { id: b, component: /m/b, input: { $step: a }${last} }
output: ${output}`;

const own = '{ r: { $step: b, path: x.y } }';
const both = '[{ $step: a, path: k }, { $step: b, path: x }, { $input: n }, { $step: b }]';
const looks = 'output?[else output is skipped, fail: EXPRESSION_FAILURE] → output';

const failure = async (source: string, mocks: Mocks, input = {}): Promise<unknown> => {
  const { result } = await runBoth(source, { mocks, input });
  return result.outcome === 'failed' ? result.error : result;
};

describe('the last step', () => {
  it('ends the flow, whose output it looks into', async () => {
    expect(shape(chain(own))).toBe('a → b');
    expect(shape(chain(own), { without: ['check-output'] })).toBe(`a → b → ${looks}`);
    expect(checked(chain(own))).toEqual(['b: ends the flow: its function checks the output']);
    const run = await runBoth(chain(own), { mocks: giving({ a: 1, b: { x: { y: 2 } } }) });
    expect(run.result).toEqual({ outcome: 'success', result: { r: 2 } });
    expect(run.execution?.transitions).toBe(2);
  });

  it('fails the flow where its own result lacks what the output reads, and has itself gone well', async () => {
    const run = await runBoth(chain(own), { mocks: giving({ a: 1, b: { x: {} } }) });
    expect(run.result).toEqual({
      outcome: 'failed',
      error: {
        code: 'EXPRESSION_FAILURE',
        message: '"x.y" of step "b" is missing, which field "r" of the output reads',
        place: { file: 'flow.yaml', line: 5, column: 14 },
      },
    });
    expect(statusesOf(run)).toEqual({ a: 'succeeded', b: 'succeeded' });
  });

  it('says the first that is missing, wherever that is', async () => {
    const missing = (what: string, at: string, column: number): unknown => ({
      code: 'EXPRESSION_FAILURE',
      message: `${what} is missing, which field "[${at}]" of the output reads`,
      place: { file: 'flow.yaml', line: 5, column },
    });
    const [all, none] = [giving({ a: { k: 1 }, b: { x: 2 } }), giving({ a: {}, b: {} })];
    expect(shape(chain(both))).toBe('input?[else spill input] → a → b');
    expect(await failure(chain(both), none)).toEqual(missing('"k" of step "a"', '0', 10));
    expect(await failure(chain(both), { ...all, ...giving({ b: {} }) })).toEqual(missing('"x" of step "b"', '1', 33));
    expect(await failure(chain(both), all)).toEqual(missing('"n" of the flow\'s input', '2', 56));
    expect(await failure(chain(both), all, { n: 3 })).toEqual({ outcome: 'success', result: [1, 2, 3, { x: 2 }] });
  });

  it('looks for nothing where a step that the output reads is skipped', async () => {
    const skipped = [{ outcome: 'skipped' as const }];
    expect(await failure(chain(both), { a: skipped, ...giving({ b: {} }) })).toEqual({ outcome: 'skipped' });
    expect(await failure(chain(both), { ...giving({ a: {} }), b: skipped })).toEqual({ outcome: 'skipped' });
    const apart = chain('[{ $step: c, path: k }, { $step: b, path: x }]').replace(
      'output:',
      '  - { id: c, component: /m/c }\noutput:',
    );
    const joined = apart.replace('input: { $step: a }', 'input: [{ $step: a }, { $coalesce: [{ $step: c }] }]');
    expect(shape(joined)).toBe('(a | c) → b');
    expect(await failure(joined, { ...giving({ a: 1, b: {} }), c: skipped })).toEqual({ outcome: 'skipped' });
  });

  it('fails by its own code first, and is repeated where its onError says so', async () => {
    const failing: Mocks[string] = [{ outcome: 'failed', error: { code: 'TIMEOUT', message: 'late' }, times: 1 }];
    const mocks = { ...giving({ a: {} }), b: [...failing, { outcome: 'success' as const, result: {} }] };
    expect(await failure(chain(both), mocks)).toMatchObject({ code: 'TIMEOUT', data: { step: 'b' } });
    const again = chain(both, ', onError: { action: retry, maxRetries: 1 }');
    expect(shape(again)).toBe('input?[else spill input] → a → b');
    expect(await failure(again, mocks)).toMatchObject({ code: 'EXPRESSION_FAILURE' });
  });

  it('ends the run of a flow inside a step too', async () => {
    const source = `
steps:
  - id: each
    component: /map
    input:
      items: { $literal: [{ y: 1 }, {}] }
      workflow: { $literal: { steps: [{ id: in, component: /m/in, input: { $input: $ } }], output: { $step: in, path: y } } }
output: { $step: each }`;
    expect(checked(source)).toEqual(['each.in: ends the flow: its function checks the output']);
    const mocks: Mocks = { '/m/in': [{ input: { y: 1 }, result: { y: 'Y' } }, { result: {} }] };
    const run = await runBoth(source, { mocks });
    expect(statusesOf(run)).toEqual({ each: 'succeeded', 'each.in': 'succeeded' });
    expect(run.result).toMatchObject({
      result: { results: [{ result: 'Y' }, { error: { code: 'EXPRESSION_FAILURE' } }] },
    });
  });
});

describe('a Choice looks for what the output reads', () => {
  const three = (more: string, output: string): string => `
steps:
  - { id: a, component: /m/a }
  - { id: b, component: /m/b, input: { $step: a }${more} }
output: ${output}`;

  it.each([
    [
      'where several steps are the last',
      'steps: [{ id: a, component: /m/a }, { id: b, component: /m/b }]\noutput: [{ $step: a, path: x }, { $step: b }]',
    ],
    ['where the last step may be passed over', three(', skipIf: { $input: skip }', own)],
    [
      'where the last step is only wanted sometimes',
      three('', '{ $if: { $input: all }, then: { $step: b, path: x }, else: 1 }'),
    ],
    [
      'where the flow goes on after a failure of the last step',
      three(', onError: { action: useDefault, defaultValue: { x: 1 } }', own),
    ],
    ['where the last step is skipped by a failure', three(', onError: { action: skip }', own)],
    [
      'where the flow is not skipped with the last step',
      three('', '{ o: { $coalesce: [{ $step: b }] }, r: { $step: a, path: k } }'),
    ],
    [
      'where the last step decides what is read',
      three('', '[{ $step: b }, { $if: { $step: b, path: x }, then: { $step: a, path: k } }]'),
    ],
    [
      'where no function runs for the last step',
      'steps:\n  - { id: a, component: /m/a }\n  - { id: b, component: /sleep, input: { duration_ms: 1, passthrough: { $step: a } } }\noutput: { $step: b, path: passthrough.x }',
    ],
    [
      'where what is missing is covered by the onError of an iterate',
      `
steps:
  - id: loop
    component: /iterate
    onError: { action: useDefault, defaultValue: none }
    input:
      initial_input: 1
      flow: { $literal: { steps: [{ id: in, component: /m/in, input: { $input: $ } }], output: { result: { $step: in, path: x } } } }
output: { $step: loop }`,
    ],
  ])('%s', (_, source) => {
    expect(checked(source)).toEqual([]);
  });
});
