import { describe, expect, it } from 'vitest';
import type { Mocks } from '../../../lib/run/run-flow.ts';
import { absorbedBy, compiled, giving, runBoth, shape, statusesOf } from './pass-tester.ts';

const picks = `
steps:
  - { id: load, component: /m/load }
  - { id: name, component: /extract, input: { data: { $step: load, path: profile }, path: name } }
  - { id: both, component: /data/extract_multiple, input: { data: { $step: load }, fields: [id, '$.tags[0]'] } }
  - { id: use, component: /m/use, input: { name: { $step: name }, tag: { $step: both, path: '$["$.tags[0]"]' } } }
`;
const loaded = { profile: { name: 'Ada' }, id: 7, tags: ['x'] };

const inlined = (source: string): readonly string[] => absorbedBy(compiled(source), 'inline-pure');

describe('a step that only picks something out', () => {
  it('has no state: its readers read the source, and its result is there all the same', async () => {
    expect(shape(picks)).toBe('load → use');
    expect(shape(picks, { without: ['inline-pure'] })).toBe('load → (name | both) → use');
    const run = await runBoth(picks, { mocks: giving({ load: loaded, use: 'done' }) });
    expect(statusesOf(run)).toEqual({ load: 'succeeded', name: 'succeeded', both: 'succeeded', use: 'succeeded' });
    expect(run.execution?.steps.find(({ id }) => id === 'name')).toMatchObject({
      attempts: 0,
      absorbedBy: 'inline-pure',
    });
  });

  it('fails by its own name, before anyone reads it', async () => {
    const run = await runBoth(picks, { mocks: giving({ load: { ...loaded, profile: {} }, use: 'done' }) });
    expect(run.result).toMatchObject({
      error: {
        code: 'EXPRESSION_FAILURE',
        message: 'step "name": there is no "name" of "profile" of step "load" (it has no keys)',
        data: { step: 'name', component: '/extract' },
      },
    });
    expect(statusesOf(run)).toMatchObject({ load: 'succeeded', name: 'failed', use: 'not_run' });
  });

  it('is not where a component failed that only says so', async () => {
    const message = 'step "name": there is no "name"';
    const load: Mocks[string] = [{ error: { code: 'COMPONENT_FAILED', message } }];
    const run = await runBoth(picks, { mocks: { load, ...giving({ use: 1 }) } });
    expect(run.result).toMatchObject({ error: { message, data: { step: 'load', component: '/m/load' } } });
    expect(statusesOf(run)).toMatchObject({ load: 'failed', name: 'not_run' });
  });

  it('fails by its own name where the input lacks what it takes', async () => {
    const source = `
steps:
  - { id: name, component: /extract, input: { data: { $input: user }, path: name } }
  - { id: use, component: /m/use, input: { $step: name } }
output: { $step: use }`;
    expect(inlined(source)).toEqual(['name']);
    const run = await runBoth(source, { mocks: giving({ use: 1 }), input: { user: {} } });
    expect(run.result).toMatchObject({
      error: { code: 'EXPRESSION_FAILURE', data: { step: 'name', component: '/extract' } },
    });
    expect(statusesOf(run)).toEqual({ name: 'failed', use: 'not_run' });
  });

  it('fails also where all its readers could do without it', async () => {
    const source = `
steps:
  - { id: load, component: /m/load }
  - { id: name, component: /extract, input: { data: { $step: load }, path: name } }
  - { id: use, component: /m/use, input: { $coalesce: [{ $step: name }, none] } }
output: { $step: use }`;
    expect(inlined(source)).toEqual(['name']);
    const run = await runBoth(source, { mocks: giving({ load: {}, use: 1 }) });
    expect(run.result).toMatchObject({ error: { code: 'EXPRESSION_FAILURE', data: { step: 'name' } } });
  });

  it('is null where its data is, and so is what is read of it', async () => {
    const run = await runBoth(picks, { mocks: giving({ load: { ...loaded, profile: null }, use: 1 }) });
    expect(run.result.outcome).toBe('success');
    const source = `
steps:
  - { id: load, component: /m/load }
  - { id: name, component: /extract, input: { data: { $step: load }, path: a.b } }
output: [{ $step: name, path: c.d }, { $step: load, path: a.b }]`;
    const { result } = await runBoth(source, { mocks: giving({ load: { a: { b: null } } }) });
    expect(result).toEqual({ outcome: 'success', result: [null, null] });
    // Of a value that is null as a part, not as a whole, a path is missing.
    const missing = await runBoth(source, { mocks: giving({ load: { a: null } }) });
    expect(missing.result).toMatchObject({ outcome: 'failed' });
  });

  it('is skipped with its source', async () => {
    const source = `
steps:
  - { id: load, component: /m/load, skipIf: true }
  - { id: name, component: /extract, input: { data: { $step: load }, path: name } }
  - { id: kept, component: /m/use, input: { $step: name, onSkip: { action: useDefault, defaultValue: none } } }
  - { id: lost, component: /m/use, input: { $step: name } }
output: [{ $step: kept }, { $coalesce: [{ $step: lost }, { $step: name }, 0] }]`;
    expect(inlined(source)).toEqual(['name']);
    const run = await runBoth(source, {
      mocks: { load: [{ result: 1 }], '/m/use': [{ input: 'none', result: 'kept' }] },
    });
    expect(run.result).toEqual({ outcome: 'success', result: ['kept', 0] });
    expect(statusesOf(run)).toMatchObject({ load: 'skipped', name: 'skipped', kept: 'succeeded', lost: 'skipped' });
  });

  it('is a result of a flow without an output', async () => {
    const source = `
steps:
  - { id: load, component: /m/load }
  - { id: name, component: /extract, input: { data: { $step: load }, path: name } }
  - { id: copy, component: /noop, input: { of: { $step: name }, n: 1 } }`;
    expect(shape(source)).toBe('load');
    expect(inlined(source)).toEqual(['name', 'copy']);
    const { result } = await runBoth(source, { mocks: giving({ load: { name: 'Ada' } }) });
    expect(result).toEqual({ outcome: 'success', result: { copy: { of: 'Ada', n: 1 } } });
  });

  it('picks out of what another one picked', async () => {
    const source = `
steps:
  - { id: load, component: /m/load }
  - { id: outer, component: /extract, input: { data: { $step: load }, path: '["a*b"]' } }
  - { id: inner, component: /extract, input: { data: { $step: outer }, path: c } }
output: { $step: inner, path: d }`;
    expect(inlined(source)).toEqual(['outer', 'inner']);
    const { result } = await runBoth(source, { mocks: giving({ load: { 'a*b': { c: { d: 5 } } } }) });
    expect(result).toEqual({ outcome: 'success', result: 5 });
  });
});

describe('a step that puts together', () => {
  const messages = (prompt: string, schema = ''): string => `
${schema}
steps:
  - { id: load, component: /m/load }
  - { id: messages, component: /create_messages, input: { system_instructions: Be brief., user_prompt: ${prompt} } }
  - { id: ask, component: /m/ask, input: { $step: messages, path: messages } }
output: [{ $step: ask }, { $step: load }]`;

  it('becomes part of its readers, and still insists on a text', async () => {
    const source = messages('{ $step: load, path: text }');
    expect(shape(source)).toBe('load → ask');
    const asked = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Who?' },
    ];
    const mocks = { ...giving({ load: { text: 'Who?' } }), ask: [{ input: asked, result: 'well' }] };
    expect((await runBoth(source, { mocks })).result).toMatchObject({ result: ['well', { text: 'Who?' }] });
    const { result } = await runBoth(source, { mocks: giving({ load: { text: 5 }, ask: 1 }) });
    expect(result).toMatchObject({ error: { code: 'INVALID_INPUT', data: { step: 'messages' } } });
  });

  it('takes a text of the input where its schema makes sure of one', () => {
    const schema = 'inputSchema: { type: object, required: [q], properties: { q: { type: string } } }';
    expect(inlined(messages('{ $input: q }', schema))).toEqual(['messages']);
    expect(inlined(messages('{ $input: q }'))).toEqual([]);
    expect(inlined(messages('{ $input: q }', schema.replace('string', '[string, "null"]')))).toEqual([]);
    expect(compiled(messages('What?')).absorbed.map(({ id }) => id)).toEqual(['messages']);
    expect(inlined(messages('5'))).toEqual([]);
  });
});

describe('a part of the input', () => {
  const source = `
inputSchema: { type: object, properties: { sure: { type: object, required: [x] } }, required: [sure] }
steps:
  - { id: a, component: /extract, input: { data: { $input: sure }, path: x } }
  - { id: b, component: /extract, input: { data: { $input: deep }, path: thing } }
  - { id: use, component: /m/use, input: [{ $step: a }, { $step: b }] }`;

  it('that a step picks out is looked for before any step starts, unless the schema makes sure of it', async () => {
    expect(shape(source)).toBe('input?[else fail: INVALID_INPUT, fail: EXPRESSION_FAILURE] → use');
    const mocks = giving({ use: 1 });
    expect((await runBoth(source, { mocks, input: { sure: { x: 1 }, deep: { thing: 2 } } })).result.outcome).toBe(
      'success',
    );
    expect((await runBoth(source, { mocks, input: { sure: { x: 1 }, deep: null } })).result.outcome).toBe('success');
    const run = await runBoth(source, { mocks, input: { sure: { x: 1 }, deep: {} } });
    expect(run.result).toMatchObject({ error: { code: 'EXPRESSION_FAILURE', data: { step: 'b' } } });
    expect(statusesOf(run)).toEqual({ a: 'not_run', b: 'failed', use: 'not_run' });
  });
});

describe('a step is left alone', () => {
  const load = '{ id: load, component: /m/load }';
  const flow = (step: string, rest = 'output: { $step: s }', source = load): string => `
steps:
  - ${source}
  - { id: s, component: /extract, ${step} }
${rest}`;
  const input = 'input: { data: { $step: load }, path: p }';

  it.each([
    ['that may be skipped', flow(`${input}, skipIf: { $input: skip }`)],
    ['that must execute', flow(`${input}, mustExecute: true`)],
    ['whose failure has a default', flow(`${input}, onError: { action: useDefault }`)],
    ['whose failure skips it', flow(`${input}, onError: { action: skip }`)],
    ['whose path is only known when it runs', flow('input: { data: { $step: load }, path: { $input: p } }')],
    ['whose path is none', flow('input: { data: { $step: load }, path: "a[" }')],
    ['that is given more than it takes', flow('input: { data: { $step: load }, path: p, more: { $input: x } }')],
    ['that is given less', flow('input: { path: p }')],
    [
      'whose source a default may stand in for',
      flow(
        input,
        undefined,
        '{ id: load, component: /m/load, onError: { action: useDefault, defaultValue: { q: 1 } } }',
      ),
    ],
    [
      'whose source the state machine makes',
      flow(input, undefined, '{ id: load, component: /eval, input: { flow: { output: { p: 1 } } } }'),
    ],
    [
      'that is wanted only sometimes, and might then fail',
      flow(input, 'output: { a: { $step: load }, b: { $if: { $input: c }, then: { $step: s } } }'),
    ],
    [
      'of which a part is read that no path says',
      `
steps:
  - ${load}
  - { id: s, component: /noop, input: { a: { $step: load, path: p } } }
  - { id: t, component: /m/t, input: { $step: s, path: a.b } }`,
    ],
  ])('%s', (_, source) => {
    expect(inlined(source)).toEqual([]);
  });

  it('where a default of its source has what it picks out', async () => {
    const source = flow(
      input,
      undefined,
      '{ id: load, component: /m/load, onError: { action: useDefault, defaultValue: { p: 1 } } }',
    );
    expect(inlined(source)).toEqual(['s']);
    const failing = { outcome: 'failed', error: { code: 'COMPONENT_FAILED', message: 'boom' } } as const;
    expect((await runBoth(source, { mocks: { load: [failing] } })).result).toEqual({ outcome: 'success', result: 1 });
  });

  it('where something stands in for its component', async () => {
    const mocks = { ...giving({ load: { p: 1 } }), s: [{ result: 'mocked' }] };
    expect((await runBoth(flow(input), { mocks })).result).toEqual({ outcome: 'success', result: 'mocked' });
    expect(
      absorbedBy(compiled(flow(input), { opaque: ({ component }) => component === '/extract' }), 'inline-pure'),
    ).toEqual([]);
  });

  it('where a secret would go round the function that hides it', () => {
    const secret = 'variablesSchema: { type: object, properties: { key: { type: string, is_secret: true } } }';
    const source = flow('input: { data: { k: { $variable: key } }, path: k }').replace('/extract', '/noop');
    expect(inlined(`${secret}${source}`)).toEqual([]);
  });

  it('where its readers would grow without end', () => {
    const wide = (fields: number, readers: number): string => `
steps:
  - ${load}
  - { id: s, component: /extract_multiple, input: { data: { $step: load }, fields: [${Array.from({ length: fields }, (_, at) => `f${at}`)}] } }
${Array.from({ length: readers }, (_, at) => `  - { id: r${at}, component: /m/r, input: { $step: s } }`).join('\n')}`;
    expect(inlined(wide(20, 1))).toEqual(['s']);
    expect(inlined(wide(30, 1))).toEqual([]);
    expect(inlined(wide(20, 9))).toEqual([]);
  });
});

describe('inside of a map', () => {
  it('steps are inlined too, and fail an iteration by their own name', async () => {
    const source = `
steps:
  - id: each
    component: /map
    input:
      items: { $input: items }
      workflow:
        $literal:
          steps:
            - { id: load, component: /m/load, input: { $input: n } }
            - { id: name, component: /extract, input: { data: { $step: load }, path: name } }
          output: { $step: name }
output: { $step: each, path: results }`;
    expect(inlined(source)).toEqual(['each.name']);
    const mocks = { '/m/load': [{ input: 1, result: { name: 'Ada' } }, { result: {} }] };
    const { result } = await runBoth(source, { mocks, input: { items: [{ n: 1 }, { n: 2 }] } });
    const failed = { outcome: 'failed', error: { code: 'EXPRESSION_FAILURE' } };
    expect(result).toMatchObject({ outcome: 'success', result: [{ outcome: 'success', result: 'Ada' }, failed] });
  });
});
