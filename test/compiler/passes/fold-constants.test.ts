import { describe, expect, it } from 'vitest';
import { absorbedBy, changesOf, compiled, giving, runBoth, shape, statusesOf } from './pass-tester.ts';

const absorbed = (source: string): readonly string[] => absorbedBy(compiled(source), 'fold-constants');

describe('a choice that is known', () => {
  it('is no choice: what only the other arm wants does not run', async () => {
    const source = `
variables: { fast: true }
steps:
  - { id: a, component: /m/a }
  - { id: b, component: /m/b }
output: { $if: { $variable: fast }, then: { $step: a }, else: { $step: b } }`;
    expect(shape(source)).toBe('a');
    const run = await runBoth(source, { mocks: giving({ a: 1, b: 2 }) });
    expect(run.result).toEqual({ outcome: 'success', result: 1 });
    expect(statusesOf(run)).toEqual({ a: 'succeeded', b: 'not_run' });
  });

  it('is the first of a $coalesce that is there whatever happens', () => {
    const source = `
steps:
  - { id: a, component: /m/a }
  - { id: b, component: /m/b }
output: { x: { $coalesce: [null, 5, { $step: a }] }, y: { $coalesce: [null, { $step: b }, 6, { $step: a }] } }`;
    expect(shape(source)).toBe('b');
    expect(changesOf(compiled(source), 'fold-constants')).toEqual([': the output has a constant condition']);
  });

  it('is left alone where a secret makes it', () => {
    const source = `
variablesSchema: { type: object, properties: { key: { type: string, is_secret: true } } }
steps: [{ id: a, component: /m/a, input: { k: { $coalesce: [{ $variable: key }, none] } } }]`;
    expect(changesOf(compiled(source), 'fold-constants')).toEqual([]);
  });

  it('is whether a step is skipped', async () => {
    const source = `
steps:
  - { id: a, component: /m/a, skipIf: false }
  - { id: b, component: /m/b, skipIf: true, input: { $step: a, path: more } }
  - { id: c, component: /m/c, skipIf: { $if: true, then: 0 }, input: { $coalesce: [{ $step: b }, { $step: a, path: n }] } }
output: [{ $step: c }, { $step: b, path: x, onSkip: { action: useDefault, defaultValue: none } }]`;
    expect(shape(source)).toBe('a → c');
    const run = await runBoth(source, { mocks: { ...giving({ a: { n: 1 }, b: 1 }), c: [{ input: 1, result: 'c' }] } });
    expect(run.result).toEqual({ outcome: 'success', result: ['c', 'none'] });
    expect(statusesOf(run)).toEqual({ a: 'succeeded', b: 'skipped', c: 'succeeded' });
  });

  it('is kept where a skip takes the readers along', async () => {
    const source = `
steps:
  - { id: a, component: /m/a, skipIf: 1 }
  - { id: b, component: /m/b, input: { $step: a } }`;
    expect(absorbed(source)).toEqual([]);
    expect((await runBoth(source, { mocks: giving({ a: 1, b: 2 }) })).result).toEqual({
      outcome: 'success',
      result: {},
    });
  });

  it('leaves out what a step without an output gives that is always skipped', async () => {
    const source = 'steps: [{ id: a, component: /m/a }, { id: b, component: /m/b, skipIf: yes please }]';
    expect(shape(source)).toBe('a');
    expect((await runBoth(source, { mocks: giving({ a: 1, b: 2 }) })).result).toMatchObject({ result: { a: 1 } });
  });
});

describe('a pure step with constant input', () => {
  it('is worked out, and what that makes constant', async () => {
    const source = `
steps:
  - { id: rules, component: /noop, input: { $literal: { tone: { brief: true }, words: [Hi] } } }
  - { id: tone, component: /extract, input: { data: { $step: rules }, path: tone } }
  - { id: prompt, component: /create_messages, input: { user_prompt: { $step: rules, path: 'words[0]' } } }
  - { id: use, component: /m/use, input: { $if: { $step: tone, path: brief }, then: { $step: prompt, path: messages }, else: no } }`;
    expect(shape(source)).toBe('use');
    expect(absorbed(source)).toEqual(['rules', 'tone', 'prompt']);
    const mocks = { use: [{ input: [{ role: 'user', content: 'Hi' }], result: 'ok' }] };
    expect((await runBoth(source, { mocks })).result).toEqual({ outcome: 'success', result: { use: 'ok' } });
  });

  it('stays where it will fail', async () => {
    const source = 'steps: [{ id: a, component: /extract, input: { data: { b: 1 }, path: c } }]';
    expect(absorbed(source)).toEqual([]);
    expect((await runBoth(source, {})).result).toMatchObject({ error: { code: 'EXPRESSION_FAILURE' } });
  });
});

describe('a blob whose content is written out', () => {
  const blob = '{ id: put, component: /put_blob, input: { data: { greeting: Hello, flow: [1] } } }';
  const read = '{ id: get, component: /get_blob, input: { blob_id: { $step: put, path: blob_id } } }';

  it('is not even stored where all who read it know what is in it', async () => {
    const source = `
steps: [${blob}, ${read}]
output: { $step: get, path: data.greeting }`;
    expect(shape(source)).toBe('output');
    const run = await runBoth(source, {});
    expect(run.result).toEqual({ outcome: 'success', result: 'Hello' });
    expect(statusesOf(run)).toEqual({ put: 'succeeded', get: 'succeeded' });
  });

  it('is stored where its id leaves the state machine, and where every step runs', async () => {
    const leaving = `
steps: [${blob}, ${read}]
output: [{ $step: get, path: data.flow }, { $step: put, path: blob_id }]`;
    expect(absorbed(leaving)).toEqual(['get']);
    expect(shape(leaving)).toBe('put');
    expect((await runBoth(leaving, {})).result).toMatchObject({ outcome: 'success' });
    expect(shape(`steps: [${blob}, ${read}]`)).toBe('put');
  });

  it('that holds the flow of a step is part of it', async () => {
    const source = `
steps:
  - { id: put, component: /put_blob, input: { data: { output: { n: { $input: n } } }, blob_type: flow } }
  - { id: run, component: /eval, input: { flow_id: { $step: put, path: blob_id }, input: { n: 3 } } }
output: { $step: run, path: result.result.n }`.replace('{ n: { $input: n } }', '{ $literal: { n: 3 } }');
    expect(absorbed(source)).toEqual(['put']);
    expect((await runBoth(source, {})).result).toEqual({ outcome: 'success', result: 3 });
  });

  it('is stored by a step that something stands in for', async () => {
    const source = `
steps: [${blob}, ${read}]
output: { $step: get, path: data }`;
    const mocks = { put: [{ result: { blob_id: '0'.repeat(64) } }], get: [{ result: { data: 'mocked' } }] };
    expect((await runBoth(source, { mocks })).result).toEqual({ outcome: 'success', result: 'mocked' });
  });
});
