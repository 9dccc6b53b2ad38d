import { describe, expect, it } from 'vitest';
import { compile } from '../../lib/compiler/compile.ts';
import type { Json } from '../../lib/protocol/json.ts';
import { type Mocks, prepareFlow, runFlow } from '../../lib/run/run-flow.ts';

const errorsOf = async (source: string): Promise<readonly string[]> => {
  const { diagnostics } = await prepareFlow({ source, file: 'flow.yaml' });
  return diagnostics.flatMap(({ severity, code, line, help }) =>
    severity === 'error' ? [`${line} ${code}: ${help}`] : [],
  );
};

const run = async (source: string, input: Json, options: object = {}) =>
  (await runFlow({ source, input, file: 'flow.yaml', ...options })).result;

describe('variables that a step gives to its flow', () => {
  it('are refused where they do not fit the variablesSchema of that flow', async () => {
    const flow = (given: string): string => `
inputSchema: { type: object, required: [name], properties: { name: { type: string } } }
steps:
  - id: each
    component: /eval
    input:
      variables: { ${given} }
      flow:
        schemas:
          type: object
          properties:
            variables: { type: object, properties: { n: { type: number } }, additionalProperties: false }
        steps: []
        output: { $variable: n }
output: { $step: each, path: result }`;
    expect(await errorsOf(flow('n: 1'))).toEqual([]);
    expect(await errorsOf(flow('n: one'))).toEqual([expect.stringMatching(/^7 input-type/)]);
    expect(await errorsOf(flow('n: { $input: name }'))).toEqual([expect.stringMatching(/^7 input-type/)]);
    expect(await errorsOf(flow('n: 1, m: 2'))).toEqual([expect.stringMatching(/^7 input-type/)]);
  });

  it('are what a diagnostic names where an inner flow reads what it does not see', async () => {
    const flow = (output: string): string => `
variables: { lang: en }
steps:
  - { id: load, component: /noop, input: 1 }
  - id: each
    component: /map
    input:
      items: [1]
      workflow:
        steps: []
        output: ${output}
output: [{ $step: each, path: values }, { $step: load }]`;
    expect(await errorsOf(flow('{ $step: load }'))).toEqual([
      expect.stringMatching(/^11 outer-step: .*variables: { NAME: { \$step: load } }/),
    ]);
    expect(await errorsOf(flow('{ $variable: lang }'))).toEqual([
      expect.stringMatching(/^11 outer-variable: .*variables: { lang: { \$variable: lang } }/),
    ]);
    expect(await errorsOf(flow('{ $variable: nobody }'))).toEqual([
      expect.stringMatching(/^11 undefined-variable: .*variables: { nobody: … } of the step/),
    ]);
  });

  it('are constants of the inner flow where they are written out, and cost no state', () => {
    const flow = (variables: string): string => `
steps:
  - id: each
    component: /map
    input: { items: { $input: l }, variables: ${variables}, workflow: { steps: [], output: { $variable: d } } }
output: { $step: each, path: values }`;
    const statesOf = (variables: string): readonly string[] =>
      Object.keys(compile(flow(variables)).stateMachine?.States ?? {});
    expect(statesOf('{ d: [1] }')).not.toContain('each: variables');
    expect(statesOf('{ d: { $input: d } }')).toContain('each: variables');
  });

  it('may be secrets, which only functions receive', async () => {
    const source = `
variablesSchema: { type: object, properties: { key: { type: string, is_secret: true } } }
steps:
  - id: each
    component: /map
    input:
      items: [1, 2]
      variables: { own: { $variable: key }, in: { a: { $variable: key }, b: { $input: b } } }
      workflow:
        steps:
          - { id: call, component: /my/call, input: { key: { $variable: own }, more: { $variable: in } } }
        output: { called: { $step: call }, shown: { $variable: own } }
output: { $step: each, path: values }`;
    const { stateMachine } = compile(source, { variables: { key: 'geheim' } });
    expect(JSON.stringify(stateMachine)).not.toContain('geheim');
    expect(JSON.stringify(stateMachine)).toContain('"$secret":"key"');
    const mocks: Mocks = {
      '/my/call': [{ input: { key: 'geheim', more: { a: 'geheim', b: 5 } }, result: 'got it' }],
    };
    expect(await run(source, { b: 5 }, { mocks, variables: { key: 'geheim' } })).toEqual({
      outcome: 'success',
      result: Array(2).fill({ called: 'got it', shown: '[secret]' }),
    });
  });

  it('reach a loop in executions of its own, however large they are', async () => {
    const source = `
steps:
  - id: loop
    component: /iterate
    input:
      initial_input: { n: 0 }
      max_iterations: 40
      variables: { text: { $input: text }, of: { $input: large } }
      flow:
        steps: [{ id: read, component: /my/read, input: [{ $variable: text }, { $variable: of.size }] }]
        output: { next: { n: { $step: read } } }
output: { $step: loop, path: result }`;
    const large = { size: 3, parts: Array.from({ length: 40 }, () => 'x'.repeat(20_000)) };
    const mocks: Mocks = { '/my/read': [{ input: ['y'.repeat(150_000), 3], result: 1 }] };
    const input = { text: 'y'.repeat(150_000), large };
    for (const limits of [{}, { events: 120 }]) {
      const options = { mocks, limits };
      expect(await run(source, input, options)).toEqual({ outcome: 'success', result: { n: 1 } });
    }
    expect(compile(source, { limits: { events: 120 } }).nestedMachines).toHaveLength(1);
  });
});

describe('a map with on_failure: fail', () => {
  const flow = (onError: string): string => `
steps:
  - id: each
    component: /map
    onError: ${onError}
    input:
      items: { $input: items }
      on_failure: fail
      workflow:
        steps: [{ id: work, component: /my/work, input: { $input: $ } }]
        output: { $step: work }
output: { $step: each, path: values }`;
  const mocks: Mocks = {
    '/my/work': [{ input: 2, error: { code: 'TIMEOUT', message: 'too slow' } }, { result: 1 }],
  };
  const FEW = [1, 2, 1];
  const MANY = [...Array(150).fill(1), 2];

  it.each([
    ['inline', FEW],
    ['distributed', MANY],
  ])('fails with the error of the item: %s', async (_, items) => {
    expect(await run(flow('{ action: fail }'), { items }, { mocks })).toMatchObject({
      outcome: 'failed',
      error: { code: 'TIMEOUT', message: 'too slow' },
    });
    const covered = flow('{ action: useDefault, defaultValue: { values: none } }');
    expect(await run(covered, { items }, { mocks })).toEqual({ outcome: 'success', result: 'none' });
    expect(await run(flow('{ action: fail }'), { items: items.map(() => 1) }, { mocks })).toMatchObject({
      outcome: 'success',
      result: items.map(() => 1),
    });
  });

  it('is repeated as a whole', async () => {
    const passing: Mocks = {
      '/my/work': [{ input: 2, times: 1, error: { code: 'TIMEOUT', message: 'too slow' } }, { result: 1 }],
    };
    const source = flow('{ action: retry, maxRetries: 1, delay: 1 }');
    expect(await run(source, { items: FEW }, { mocks: passing })).toEqual({ outcome: 'success', result: [1, 1, 1] });
  });
});
