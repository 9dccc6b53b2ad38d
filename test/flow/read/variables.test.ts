import { describe, expect, it } from 'vitest';
import { compile } from '../../../lib/compiler/compile.ts';
import { readFlow } from '../../../lib/flow/read/read-flow.ts';

const flow = (value: string): string => `variables: { region: ${value} }\nsteps: []\noutput: { $variable: region }\n`;
const ofValue = (value: string) => readFlow(flow(value), 'flow.yaml').diagnostics;

describe('a value of a variable', () => {
  it.each([
    '{ $input: k }',
    '{ $variable: other }',
    '{ $step: a, path: b }',
    '{ { $input }, path: k }',
    '"{{ env.REGION }}"',
    '"${{ inputs.region }}"',
    '$.region',
  ])('that looks like an expression is told: %s', (value) => {
    expect(ofValue(value)).toMatchObject([{ code: 'variable-value', severity: 'warning', line: 1, column: 22 }]);
    expect(ofValue(`{ a: [${value}] }`)).toMatchObject([{ code: 'variable-value', column: 28 }]);
  });

  it.each(['{ type: string, default: eu }', '{ type: integer, minimum: 1 }', '{ type: string, is_secret: true }'])(
    'that looks like a schema is told: %s',
    (value) => {
      const [found, ...more] = ofValue(value);
      expect(more).toEqual([]);
      expect(found).toMatchObject({ code: 'variable-value', column: 22 });
      expect(found?.help).toContain('variablesSchema: { properties: { region: … } }');
    },
  );

  it.each([
    'eu',
    '{ type: string, name: eu }',
    '{ type: card, default: 1 }',
    '{ type: object, properties: { a: { type: string } } }',
    '"Hello {{ name }}"',
    '{ steps: [{ id: a, component: /x/a, input: { $input: k } }] }',
  ])('may be data such as %s', (value) => {
    expect(ofValue(value)).toEqual([]);
  });

  it('of an inner flow is given by the step that runs it', () => {
    const inner = '{ variables: { region: { $input: k } }, steps: [], output: { $variable: region } }';
    const { diagnostics } = compile(
      `steps:\n  - { id: m, component: /builtin/map, input: { items: [1], workflow: ${inner} } }\noutput: { $step: m }\n`,
      { file: 'flow.yaml' },
    );
    expect(diagnostics).toMatchObject([
      { code: 'variable-value', help: expect.stringContaining('in the input of the step that runs this flow') },
    ]);
  });
});
