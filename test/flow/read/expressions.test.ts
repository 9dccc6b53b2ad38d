import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFlow } from '../../../lib/flow/read/read-flow.ts';
import { runs, SEED } from '../../chance.ts';
import { expectDiagnostics } from '../../diagnostics/expect-diagnostics.ts';

const ofText = (source: string) => readFlow(source, 'flow.yaml').diagnostics;
const expectMarks = (annotated: string): readonly string[] => expectDiagnostics(annotated, ofText);

describe('a map with two expressions', () => {
  it('is an error at the second one', () => {
    const texts = expectMarks(`
steps:
  - { id: z, component: /noop }
output: { $step: z, $literal: 3 }
                    ~~~~~~~~ two-expressions`);
    expect(texts[0]).toContain('This map is already the expression "$step", so it cannot have "$literal" too');
  });

  it('is an error at the second one in the guide’s dialect and in an inner flow', () => {
    expectMarks(`
steps:
  - id: a
    component: /noop
    input: { { $input }, $step: a }
                         ~~~~~ two-expressions
output: [{ $literal: { $step: a, $input: b }, $if: 1 }]
                                              ~~~ two-expressions`);
  });

  it('is told whatever the two are, in any order, at just one place', () => {
    const forms = {
      $literal: 1,
      $if: true,
      $coalesce: [1],
      $from: { workflow: 'input' },
      $step: 'z',
      $input: 'a',
      $variable: 'v',
      $eq: [1, 2],
      $ne: [1, 2],
      $and: [1],
      $or: [1],
      $not: 1,
      $lt: [1, 2],
      $in: [1, [2]],
      $concat: ['a'],
      $length: 'a',
    };
    const two = fc.shuffledSubarray(Object.keys(forms) as (keyof typeof forms)[], { minLength: 2, maxLength: 2 });
    fc.assert(
      fc.property(two, fc.boolean(), ([first, second], inList) => {
        const map = JSON.stringify({
          [String(first)]: forms[first ?? '$if'],
          [String(second)]: forms[second ?? '$if'],
        });
        const output = inList ? `[1, ${map}]` : map;
        const source = `{"steps": [{"id": "z", "component": "/noop"}], "output": ${output}}`;
        const found = ofText(source).filter(({ code }) => code !== 'missing-key');
        expect(found.map(({ code }) => code)).toEqual(['two-expressions']);
        expect(source.slice((found[0]?.column ?? 0) - 1)).toMatch(new RegExp(`^"\\${second}":`));
      }),
    );
  });
});

describe('a text that looks like a reference of another language', () => {
  it.each([
    '${{ inputs.name }}',
    '{{ name }}',
    'Hello {{ user.name }}!',
    '$.input.x',
    '$.steps.load.id',
    '$step.a.b',
    '$input.text',
    '$input',
    '$steps[0].id',
    '${input.text}',
    '{% $states.input.x %}',
    '$.profile.name',
    '$.items[0].id',
    "$['a b']",
    '$..id',
    '$$.Execution.Id',
    '$$.Map.Item.Value.id',
    "States.Format('Hello {}', $.name)",
    '$states.input.text',
    '<%= name %>',
    'Hello <%= user.name -%>!',
    '$(params.name)',
  ])('%s is told', (text) => {
    const [found, ...more] = ofText(JSON.stringify({ steps: [], output: { a: text } }));
    expect(found).toMatchObject({ code: 'foreign-reference', severity: 'warning', line: 1, column: 27 });
    expect(more).toEqual([]);
  });

  it.each([
    '$',
    '$5.00',
    'costs $input',
    '{}',
    '{"a": {"b": 1}}',
    '$.50',
    '$$',
    '^\\$[a-z]+$',
    'States.Format',
    '<% end %>',
    '{% if x %} in a text',
    '$(pwd)/bin',
    '${HOME}/bin',
    'a }} b {{',
    '$inputs5',
  ])('%s is not', (text) => {
    expect(ofText(JSON.stringify({ steps: [], output: { a: text } }))).toEqual([]);
  });

  const PATH = fc
    .tuple(
      fc.constantFrom('user', 'order_id', 'n'),
      fc.array(fc.constantFrom('.name', '[0]', '.items', '[12]', '.a_b'), { maxLength: 3 }),
    )
    .map(([first, rest]) => first + rest.join(''));

  it.each([
    ['$.input.', '', '$input'],
    ['$.', '', '$input'],
    ['$states.input.', '', '$input'],
    ['{% $states.input.', ' %}', '$input'],
    ['$$.Execution.Input.', '', '$input'],
    ['{{ ', ' }}', '$input'],
    ['${{ inputs.', ' }}', '$input'],
    ['${input.', '}', '$input'],
    ['<%= ', ' %>', '$input'],
    ['$(params.', ')', '$input'],
    ['$input.', '', '$input'],
    ['$.steps.load.', '', '$step'],
    ['{{ steps.load.outputs.', ' }}', '$step'],
    ['$step.load.', '', '$step'],
    ['${steps.load.result.', '}', '$step'],
  ])('%sPATH%s is told the expression with the same path', (before, after, key) => {
    fc.assert(
      fc.property(PATH, fc.constantFrom('', ' '), (path, space) => {
        const flow = (a: string) => `{"steps": [{"id": "load", "component": "/x/load"}], "output": {"a": ${a}}}`;
        const [found, ...more] = ofText(flow(JSON.stringify(`${space}${before}${path}${after}${space}`)));
        expect(more).toEqual([]);
        const [expression = ''] = /\{ \$\w+: [^{}]* \}/.exec(found?.help ?? '') ?? [];
        expect(expression).toContain(`{ ${key}: `);
        // What is advised is read as that path, without a further word.
        const advised = readFlow(flow(expression), 'flow.yaml');
        expect(advised.diagnostics).toEqual([]);
        const output = advised.flow?.output;
        const value = output?.kind === 'map' ? output.entries[0]?.value : undefined;
        expect(value).toMatchObject({ kind: key.slice(1), path: { text: path } });
        expect(ofText(flow(JSON.stringify({ $literal: `${before}${path}${after}` })))).toEqual([]);
      }),
      { seed: SEED, numRuns: runs(30) },
    );
  });

  it('is told as a step where it begins with the id of one of the same flow', () => {
    const flow = (output: string) =>
      `steps: [{ id: a, component: /x/a }, { id: a.b, component: /x/b }]\noutput: ${output}\n`;
    for (const [text, ours] of [
      ['$.a.body', '{ $step: a, path: body }'],
      ['{{a.body}}', '{ $step: a, path: body }'],
      ['{{ a.b.body }}', '{ $step: a.b, path: body }'],
      ['{{ steps.a.b.outputs.body }}', '{ $step: a.b, path: body }'],
      ['${{ needs.a.outputs.body }}', '{ $step: a, path: body }'],
      ['{{ outputs.a }}', '{ $step: a }'],
      ['$.a[0]', '{ $step: a, path: "[0]" }'],
    ]) {
      const [found, ...more] = ofText(flow(JSON.stringify(text)));
      expect(more).toEqual([]);
      expect(found?.help.startsWith(`Write ${ours}`)).toBe(true);
      expect(ofText(flow(ours ?? ''))).toEqual([]);
    }
    // The steps of the flow around are none of an inner one.
    const [of] = ofText(flow('{ x: "{{ c.body }}" }'));
    expect(of?.help).toContain('Write { $input: c.body }');
  });

  it.each(['input.x', 'steps.a.x', 'a.x', 'name', 'steps.a.outputs.x', 'env.REGION', 'a.b | upper'])(
    'without quotes is told the same: {{ %s }}',
    (reference) => {
      const flow = (output: string) => `steps: [{ id: a, component: /x/a }]\noutput: { a: ${output} }\n`;
      const [quoted] = ofText(flow(`"{{ ${reference} }}"`));
      const [unquoted, ...more] = ofText(flow(`{{ ${reference} }}`));
      expect(more).toEqual([]);
      const [advice = ''] = /^Write .*?(?=\.( If|$))/.exec(quoted?.help ?? '') ?? [];
      expect(unquoted).toMatchObject({ code: 'map-as-key' });
      expect(unquoted?.help).toContain(advice.replace('Write', 'write'));
    },
  );

  it('without quotes is a step of the innermost flow around it', () => {
    const inner = '{ steps: [{ id: b, component: /x/b }], output: {{ b.x }} }';
    const around = (workflow: string) =>
      `- { id: a, component: /x/a }\n- { id: m, component: /builtin/map, input: { items: [], workflow: ${workflow} } }\n`;
    expect(ofText(around(inner))[0]?.help).toContain('write { $step: b, path: x }');
    expect(ofText(around(inner.replace('b.x', 'a.x')))[0]?.help).toContain('write { $input: a.x }');
    expect(ofText('- { id: a, component: /x/a }\n- { id: b, component: /x/b, input: {{ a.x }} }\n')[0]?.help).toContain(
      'write { $step: a, path: x }',
    );
  });

  it('with other text around it is told how to put the parts together', () => {
    const [found] = ofText(JSON.stringify({ steps: [], output: 'Hello {{ user.name }}, ${input.n}!' }));
    expect(found?.help).toContain('{ $concat: ["Hello ", { $input: user.name }, ", ", { $input: n }, "!"] }');
  });

  it('may be a key, which nothing evaluates', () => {
    const [found, ...more] = ofText(JSON.stringify({ steps: [], output: { '{{ name }}': 1, '${{ inputs.a }}': 2 } }));
    expect(found).toMatchObject({ code: 'foreign-reference', message: expect.stringContaining('This key') });
    expect(more).toMatchObject([{ code: 'foreign-reference' }]);
    // Without quotes, it is a map as the key of a map.
    expect(ofText('steps: []\noutput: {{ user.name }}\n')).toMatchObject([
      { code: 'map-as-key', help: expect.stringContaining('write { $input: user.name }') },
    ]);
  });

  it('is no price, variable of a shell, pattern or piece of a program', () => {
    const number = fc.integer({ min: 0, max: 9999 });
    const word = fc.stringMatching(/^[A-Za-z_]\w{0,8}$/);
    const plain = fc.oneof(
      number.map((n) => `$${n / 100}`),
      number.map((n) => `costs $.${n}`),
      word.map((w) => `echo "$${w.toUpperCase()}" > $\{${w.toUpperCase()}}.txt`),
      word.map((w) => `$(${w} -a) $? $1 $@`),
      word.map((w) => `^\\$${w}\\.(a|b)$`),
      word.map((w) => `function ${w}() { return { $: 1 }; }`),
      word.map((w) => `{"${w}": {"$ref": "#/${w}"}}`),
      word.map((w) => `100 % ${w} <% ${w} %>`),
      word.map((w) => `${w}.${w} = $.${w}(1) + States.${w}`),
    );
    fc.assert(
      fc.property(plain, (text) => {
        expect(ofText(JSON.stringify({ steps: [], output: { a: text, b: [text] } }))).toEqual([]);
      }),
      { seed: SEED, numRuns: runs(300) },
    );
  });

  it('is found in a long text without delay', () => {
    const long = 10_000;
    const texts = ['{{', '${input', '<%=', '$(params.', '$.a', "$['a']", '$[?(', '{%', 'States.Format('].flatMap(
      (start) => [
        start + ' '.repeat(long),
        start.repeat(long),
        `${start}${'a'.repeat(long)}`,
        `${'$.a[?(b)]'.repeat(long)}!`,
      ],
    );
    expect(ofText(JSON.stringify({ steps: [], output: texts })).length).toBeLessThan(texts.length);
  });

  it('is not told of data that is no expression, nor of a path for a component', () => {
    const literal = { $literal: '{{ name }}' };
    const extract = { id: 'e', component: '/extract', input: { data: 1, path: '$.input.x' } };
    const several = { id: 's', component: '/extract_multiple', input: { data: 1, fields: ['$.a.b', '$.input.x'] } };
    const examples = [{ input: '{{ name }}' }];
    expect(ofText(JSON.stringify({ steps: [extract, several], output: literal, examples }))).toEqual([]);
  });
});
