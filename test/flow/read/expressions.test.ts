import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFlow } from '../../../lib/flow/read/read-flow.ts';
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
    '$.profile.name',
    '${HOME}/bin',
    'a }} b {{',
    '$inputs5',
  ])('%s is not', (text) => {
    expect(ofText(JSON.stringify({ steps: [], output: { a: text } }))).toEqual([]);
  });

  it('is not told of data that is no expression, nor of a path for a component', () => {
    const literal = { $literal: '{{ name }}' };
    const extract = { id: 'e', component: '/extract', input: { data: 1, path: '$.input.x' } };
    const examples = [{ input: '{{ name }}' }];
    expect(ofText(JSON.stringify({ steps: [extract], output: literal, examples }))).toEqual([]);
  });
});
