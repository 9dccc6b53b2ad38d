import { describe, expect, it } from 'vitest';
import { compile } from '../../../lib/compiler/compile.ts';
import { isObject, type Json } from '../../../lib/protocol/json.ts';
import { expectDiagnostics } from '../../diagnostics/expect-diagnostics.ts';

const SCHEMA = `
variablesSchema:
  type: object
  properties:
    model: { type: string, default: small }
    limit: { type: integer, minimum: 1 }
    key: { type: string, is_secret: true }
    login: { type: object, is_secret: true }
`;

const compiled = (flow: string, options: Parameters<typeof compile>[1] = {}) => {
  const { stateMachine, diagnostics } = compile(`${SCHEMA}${flow}`, options);
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return stateMachine;
};

/** The payloads of all tasks by state, at any depth. */
function payloads(value: unknown): { readonly [state: string]: Json } {
  if (Array.isArray(value)) return Object.assign({}, ...value.map(payloads));
  if (!isObject(value)) return {};
  const own = Object.entries(value).flatMap(([name, state]) =>
    isObject(state) && isObject(state.Arguments) ? [[name, state.Arguments.Payload]] : [],
  );
  return Object.assign(Object.fromEntries(own), ...Object.values(value).map(payloads));
}

const ASK = `
steps:
  - { id: ask, component: /my/ask, input: { key: { $variable: key }, model: { $variable: model } } }
output: { answer: { $step: ask }, key: { $variable: key }, model: { $variable: model } }
`;

describe('a variable', () => {
  it('has the given value, else its default', () => {
    const machine = (variables: { [name: string]: Json }) => JSON.stringify(compiled(ASK, { variables }));
    expect(machine({})).toContain('"model":"small"');
    expect(machine({ model: 'large' })).toContain('"model":"large"');
  });
});

describe('a secret', () => {
  it('is a marker in the input of a step, which alone may read it, and hidden in the output', () => {
    const machine = compiled(ASK, { variables: { key: 'sk-123' } });
    expect(payloads(machine).ask).toMatchObject({
      input: { key: { $secret: 'key' }, model: 'small' },
      secrets: ['key'],
    });
    expect(JSON.stringify(machine)).not.toContain('sk-123');
    expect(JSON.stringify(machine)).toContain('\\"key\\": \\"[secret]\\"');
  });

  it('is read in part by a path', () => {
    const flow = `
steps:
  - { id: ask, component: /my/ask, input: { a: { $variable: login.password }, b: { $from: { variable: login }, path: "x[0]" } } }
`;
    expect(payloads(compiled(flow)).ask).toMatchObject({
      input: { a: { $secret: 'login.password' }, b: { $secret: 'login.x[0]' } },
      secrets: ['login'],
    });
  });

  it('without a value is missing like any variable, unless the reference has a default', () => {
    const flow = `
steps:
  - { id: a, component: /my/ask, input: { key: { $variable: key, default: none } } }
  - { id: b, component: /my/ask, input: { key: { $variable: key } } }
`;
    const found = payloads(compiled(flow, { hasSecret: () => false }));
    expect(found).toMatchObject({
      a: { input: { key: 'none' } },
      b: { input: { key: '{% {"$missing":"value of the variable \\"key\\""} %}' } },
    });
    expect(JSON.stringify(found)).not.toContain('secrets');
  });

  it('stays hidden in the default of onError', () => {
    const flow = `
steps:
  - { id: a, component: /my/ask, onError: { action: useDefault, defaultValue: { $variable: key } } }
output: { $step: a }
`;
    expect(JSON.stringify(compiled(flow))).not.toContain('$secret');
  });

  it('may be read by the steps that it reaches through an inner flow, and by no others', () => {
    const flow = `
steps:
  - id: nested
    component: /builtin/eval
    input:
      input: { key: { $variable: key }, n: 1 }
      flow:
        $literal:
          steps:
            - { id: reads, component: /my/ask, input: { key: { $input: key } } }
            - { id: plain, component: /my/ask, input: { of: { $step: reads } } }
          output: { key: { $input: key }, of: { $step: plain } }
  - { id: after, component: /my/ask, input: { echoed: { $step: nested } } }
  - { id: last, component: /my/ask, input: { of: { $step: after } } }
`;
    const found = payloads(compiled(flow));
    const secrets = Object.entries(found).flatMap(([name, payload]) =>
      isObject(payload) && payload.secrets ? [name] : [],
    );
    expect(secrets.sort()).toEqual(['after', 'nested.reads']);
  });

  it('is unknown to an inner flow, whose own secrets have no value', () => {
    const inner = `{ variablesSchema: { properties: { key: { is_secret: true, default: leaked } } }, steps: [], output: { $variable: key } }`;
    const flow = `
steps:
  - { id: nested, component: /builtin/eval, input: { input: {}, flow: { $literal: ${inner} } } }
`;
    expect(JSON.stringify(compiled(flow))).not.toContain('leaked');
  });

  it('cannot decide anything in the state machine', () => {
    const [help] = expectDiagnostics(`
variablesSchema: { properties: { key: { is_secret: true } } }
steps:
  - id: a
    component: /my/ask
    skipIf: { $coalesce: [{ $variable: key }] }
                          ~~~~~~~~~~~~~~~~~~ secret-condition
    input:
      b:
        $if: { $variable: key }
             ~~~~~~~~~~~~~~~~~~ secret-condition
        then: { $variable: key }
output: { $if: { not: { $variable: key } }, then: 1 }
                      ~~~~~~~~~~~~~~~~~~ secret-condition
`);
    expect(help).toMatch(/"key" is used in a condition.*Pass the secret to a component/);
  });

  it('is an operand only of what a function does in its input', () => {
    const [help] = expectDiagnostics(`
variablesSchema: { properties: { key: { is_secret: true } } }
steps:
  - id: a
    component: /my/ask
    onError: { action: useDefault, defaultValue: { $length: { $variable: key } } }
                                                            ~~~~~~~~~~~~~~~~~~ secret-operand
    input:
      header: { $concat: [Bearer, { $variable: key }] }
      known: { $in: [{ $variable: key }, [x, y]] }
      either: { $coalesce: [{ $variable: key }, { $concat: [Bearer, { $variable: key }] }] }
      lazy: { $coalesce: [{ $concat: [Bearer, { $variable: key }] }, { $step: each }] }
                                              ~~~~~~~~~~~~~~~~~~ secret-operand
      part: { $coalesce: [{ $variable: key }, { $variable: key.part }, { $step: each }] }
                                              ~~~~~~~~~~~~~~~~~~~~~~~ secret-operand
  - id: each
    component: /map
    input:
      items: [{ $concat: [Bearer, { $variable: key }] }]
                                  ~~~~~~~~~~~~~~~~~~ secret-operand
      variables:
        text: { $lt: [a, { $variable: key }] }
                         ~~~~~~~~~~~~~~~~~~ secret-operand
        part: { $coalesce: [{ $variable: key.part }, { $variable: key }] }
                            ~~~~~~~~~~~~~~~~~~~~~~~ secret-operand
      workflow: { steps: [], output: { $input: $ } }
output:
  - { $eq: [{ $variable: key }, a] }
            ~~~~~~~~~~~~~~~~~~ secret-operand
  - { $gte: [1, { list: [{ $variable: key }] }] }
                         ~~~~~~~~~~~~~~~~~~ secret-operand
  - { $not: { $variable: key } }
            ~~~~~~~~~~~~~~~~~~ secret-condition
  - [{ $variable: key }, { $step: each }, { $step: a }]
`);
    expect(help).toMatch(/the secret "key" where no function does it.*in the input of the step whose component needs/);
  });

  it('is no operand in an inner flow either, that is given it', () => {
    expectDiagnostics(`
variablesSchema: { properties: { key: { is_secret: true } } }
steps:
  - id: each
    component: /map
    input:
      items: [{ $variable: key }, { token: { $variable: key } }]
      variables: { own: { $variable: key }, all: { token: { $variable: key } } }
      workflow:
        steps:
          - id: s
            component: /my/ask
            skipIf: { $eq: [{ $input: $.token }, a] }
                            ~~~~~~~~~~~~~~~~~~~ secret-condition
            input: [{ $gt: [{ $variable: own }, a] }, { $concat: [{ $input: token }, { $variable: all.token }] }]
        output:
          - { $eq: [{ $variable: own }, a] }
                    ~~~~~~~~~~~~~~~~~~ secret-operand
          - { $ne: [{ $variable: all.token }, a] }
                    ~~~~~~~~~~~~~~~~~~~~~~~~ secret-condition
          - { $if: { $input: $.token }, then: 1 }
                   ~~~~~~~~~~~~~~~~~~~ secret-condition
          - { $length: { $variable: all } }
                       ~~~~~~~~~~~~~~~~~~ secret-operand
          - [{ $variable: own }, { $step: s }]
output: { $step: each }
`);
  });

  it('is not given to a flow that only a run knows', () => {
    const [help] = expectDiagnostics(`
variablesSchema: { properties: { key: { is_secret: true } } }
steps:
  - id: run
    component: /eval
    input:
      flow: { $input: flow }
      variables: { k: { $variable: key }, l: { a: { $variable: key.part } } }
                      ~~~~~~~~~~~~~~~~~~ secret-to-unknown-flow
                                                  ~~~~~~~~~~~~~~~~~~~~~~~ secret-to-unknown-flow
output: { $step: run }
`);
    expect(help).toMatch(/"key" is given to a variable of a flow that only a run knows.*Write the flow out/);
  });

  it('is a whole variable', () => {
    expectDiagnostics(`
variablesSchema:
  properties:
    is_secret: { type: boolean, default: true }
    key: { is_secret: true, default: { is_secret: true }, properties: { a: { is_secret: true } } }
                                                                             ~~~~~~~~~ nested-secret
    login: { type: object, properties: { is_secret: { type: string, is_secret: true } } }
                                                                    ~~~~~~~~~ nested-secret
    pins: { type: array, items: { is_secret: true } }
                                  ~~~~~~~~~ nested-secret
  is_secret: true
  ~~~~~~~~~ nested-secret
steps: []
output: 1
`);
  });

  it('is not confused with a similar value of the user', () => {
    const flow = `
steps:
  - { id: a, component: /my/ask, input: { own: { $literal: { $secret: key } }, made: { $secret: { $input: name } } } }
`;
    const machine = compiled(flow);
    expect(payloads(machine).a).toMatchObject({
      input: { own: { $$secret: 'key' }, made: expect.stringContaining('"$$secret"') },
    });
  });
});

describe('the values of variables', () => {
  const HEAD =
    'variablesSchema: { properties: { limit: { type: integer, minimum: 1 }, key: { type: string, minLength: 9, is_secret: true } } }';
  const withValues = (variables: { readonly [name: string]: Json }) => (source: string) =>
    compile(source, { file: 'flow.yaml', variables }).diagnostics;

  it('have to fit the schema, with errors at their positions in the flow', () => {
    const [first] = expectDiagnostics(`
${HEAD}
variables:
  limit: many
  ~~~~~ variable-mismatch
output: { $variable: limit }
`);
    expect(first).toContain('"limit" is a string ("many"), but an integer is expected');
  });

  it('of a run are reported where the flow declares them, without showing secrets', () => {
    const source = `
variablesSchema:
  properties:
    limit: { type: integer, minimum: 1 }
    ~~~~~ variable-mismatch
    key: { type: string, minLength: 9, is_secret: true }
    ~~~ variable-mismatch
output: { $variable: limit }
`;
    const told = expectDiagnostics(source, withValues({ limit: 0, key: 'ab, but' }));
    expect(told.join()).toContain('"limit" is a number (0), but it must be >= 1');
    expect(told.join()).toContain('"key" is a secret, but it must NOT have fewer than 9 characters');
  });

  it('of undeclared and unread variables are reported, with the nearest name', () => {
    const source = `
variablesSchema: { properties: { limit: { type: integer } } }
variables:
  limt: 3
  ~~~~ unknown-variable
output: [{ $variable: limit }, { $variable: plain, default: 1 }]
`;
    expect(expectDiagnostics(source, withValues({ plain: 2 }))[0]).toMatch(/no variable "limt".*Did you mean "limit"/);
  });

  it('need no schema, and have none that is no schema', () => {
    expect(compile('output: { $variable: a }', { variables: { a: 1 } }).diagnostics).toEqual([]);
    const odd = compile('{ variablesSchema: { properties: { a: { type: strng } } }, output: { $variable: a } }', {
      variables: { a: 1 },
    });
    expect(odd.diagnostics).toMatchObject([{ code: 'bad-schema', help: 'Did you mean string?' }]);
  });
});
