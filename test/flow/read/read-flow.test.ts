import { describe, expect, it } from 'vitest';
import type { Expression } from '../../../lib/flow/expression.ts';
import { readFlow } from '../../../lib/flow/read/read-flow.ts';
import { readFlowData } from '../../../lib/flow/read/read-flow-tree.ts';
import type { Json } from '../../../lib/protocol/json.ts';

const inputOf = (input: string): Expression | undefined => {
  const { flow, diagnostics } = readFlow(`steps:\n  - id: a\n    component: /x/y\n    input: ${input}\n`, 'f.yaml');
  expect(diagnostics).toEqual([]);
  return flow?.steps[0]?.input;
};

/** An expression without its places. */
const bare = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, item) => {
      const { span, ...rest } = item ?? {};
      if (rest.kind === 'literal') return { kind: rest.kind, value: rest.value };
      return span ? rest : item;
    }),
  );

describe('the three dialects of references', () => {
  it.each([
    ['{ $step: b, path: a.b }', '{ { $step: b }, path: a.b }', '{ $from: { step: b }, path: a.b }'],
    ['{ $step: b }', '{ {$step: b}: null }', '{ $from: { step: b } }'],
    ['{ $input: "items[0]" }', '{ { $input }, path: "items[0]" }', '{ $from: { workflow: input }, path: "items[0]" }'],
    ['{ $input: $ }', '{ { $input } }', '{ $from: { workflow: input } }'],
  ])('say the same: %s', (first, second, third) => {
    const expression = bare(inputOf(first));
    expect(bare(inputOf(second))).toEqual(expression);
    expect(bare(inputOf(third))).toEqual(expression);
  });

  it('carry the place of the reference', () => {
    expect(inputOf('{ { $step: b }, path: a }')?.span).toEqual({ line: 4, column: 12, endLine: 4, endColumn: 37 });
  });

  it('read onSkip', () => {
    const onSkip = { action: 'useDefault', defaultValue: { $input: 'x' } };
    expect(inputOf(JSON.stringify({ $from: { step: 'b' }, onSkip }))).toMatchObject({ onSkip: { $input: 'x' } });
  });

  it('let the first of the keys decide', () => {
    expect(inputOf('{ $literal: { $step: b } }')).toMatchObject({ kind: 'literal', value: { $step: 'b' } });
  });

  it('take the first segment of a variable as its name', () => {
    expect(inputOf('{ $variable: "$.v.q[0]", default: 1 }')).toMatchObject({
      kind: 'variable',
      name: 'v',
      path: { path: { segments: ['q', 0] } },
      fallback: { kind: 'literal', value: 1 },
    });
  });
});

describe('YAML as people write it', () => {
  it('may use anchors, aliases and merge keys', () => {
    const { flow, diagnostics } = readFlow(
      `
steps:
  - &first
    id: a
    component: /x/y
    input: &in { k: [1, 2] }
  - <<: *first
    id: b
    input: { all: *in, <<: { k: 3, z: 4 } }
`,
      'f.yaml',
    );
    expect(diagnostics).toEqual([]);
    expect(flow?.steps.map(({ id, component, input }) => ({ id, component, input: bare(input) }))).toEqual([
      { id: 'a', component: '/x/y', input: { kind: 'literal', value: { k: [1, 2] } } },
      { id: 'b', component: '/x/y', input: { kind: 'literal', value: { all: { k: [1, 2] }, k: 3, z: 4 } } },
    ]);
  });

  it('may be a bare list of steps, or JSON', () => {
    expect(readFlow('- id: a\n  component: /x/y\n', 'f.yaml').flow?.steps).toHaveLength(1);
    expect(readFlow('{"steps": [{"id": "a", "component": "/x/y"}]}', 'dir/f.flow.json').flow?.name).toBe('f');
  });

  it('may spell keys in snake_case', () => {
    const source =
      'input_schema: {type: object}\nsteps:\n- {id: a, component: /x/y, must_execute: true, on_error: {action: useDefault, default_value: 7}}';
    expect(readFlow(source, 'f.yaml').flow).toMatchObject({
      inputSchema: { type: 'object' },
      steps: [{ mustExecute: true, onError: { action: 'useDefault', value: { value: 7 } } }],
    });
  });

  it('may give its schemas in one', () => {
    const source =
      'schemas: {type: object, properties: {input: {type: string}, variables: {type: object}}}\nsteps: []\noutput: 1';
    expect(readFlow(source, 'f.yaml').flow).toMatchObject({
      inputSchema: { type: 'string' },
      variablesSchema: { type: 'object' },
    });
  });

  it('cannot grow without bound through aliases', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let depth = 1; depth < 9; depth += 1) {
      lines.push(`a${depth}: &a${depth} [${Array.from({ length: 10 }, () => `*a${depth - 1}`).join(', ')}]`);
    }
    const { diagnostics } = readFlow(lines.join('\n'), 'f.yaml');
    expect(diagnostics.map(({ code }) => code)).toEqual(['alias-bomb']);
  });
});

describe('what runs', () => {
  it.each([
    ['steps: []\noutput: 1', 'lazy'],
    ['steps: [{id: a, component: /x/y}]', 'eager'],
    ['steps: [{id: a, component: /x/y, skipIf: true}]\noutput: 1', 'eager'],
    ['evaluation: lazy\nsteps: [{id: a, component: /x/y, skipIf: true}]\noutput: 1', 'lazy'],
  ])('%s is %s', (source, evaluation) => {
    expect(readFlow(source, 'f.yaml').flow?.evaluation).toBe(evaluation);
  });
});

describe('a component or an id that is nearly right', () => {
  it.each([
    ['my/count', '/my/count'],
    ['my.count', '/my/count'],
    ['my::count', '/my/count'],
    ['/my//count', '/my/count'],
    ['count words', '/count/words'],
    ['!', '/builtin/openai'],
  ])('%s is meant as %s', (component, meant) => {
    const source = JSON.stringify({ steps: [{ id: 'a', component }] });
    expect(readFlow(source, 'f.yaml').diagnostics).toMatchObject([
      { code: 'bad-component', help: expect.stringContaining(`: ${meant}.`) },
    ]);
  });

  it('lacks a space after its colon', () => {
    expect(readFlow('steps:\n  - component:/my/count', 'f.yaml').diagnostics).toMatchObject([
      { code: 'wrong-type', message: expect.stringContaining('"component: /my/count", with a space after the colon') },
    ]);
  });
});

describe('a flow that is data', () => {
  it('is the flow of its text', () => {
    const data = { steps: [{ id: 'a', component: '/m/a', input: { n: [{ $input: 'x' }, null, 1.5, '{% 1 %}'] } }] };
    const { flow } = readFlow(JSON.stringify(data), 'f.yaml');
    const spans = /"(?:span|line|column|endLine|endColumn|\w+Span)"/;
    const plain = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value, (key, part) => (spans.test(`"${key}"`) ? undefined : part)));
    expect(plain(readFlowData(data, 'f.yaml').flow)).toEqual(plain(flow));
  });

  it('is refused where it is too deep or no flow', () => {
    const deep = (levels: number): Json => {
      let value: Json = 1;
      for (let level = 0; level < levels; level += 1) value = [value];
      return value;
    };
    expect(readFlowData({ output: deep(100_000) }, 'f.yaml').diagnostics).toMatchObject([{ code: 'too-deep' }]);
    expect(readFlowData('no flow', 'f.yaml').diagnostics).toMatchObject([{ code: 'wrong-type' }]);
  });
});
