import { describe, expect, it } from 'vitest';
import { check } from '../../../lib/compiler/check/index.ts';
import { compile } from '../../../lib/compiler/compile.ts';
import { runFlow } from '../../../lib/run/run-flow.ts';
import { expectDiagnostics } from '../../diagnostics/expect-diagnostics.ts';

const FLOW = `
variablesSchema:
  type: object
  required: [region]
  properties:
    region: { type: string }
    mode: { type: string, default: fast }
    key: { type: string, is_secret: true }
steps:
  - id: a
    component: /builtin/noop
    input: { at: { $variable: region }, how: { $variable: mode }, key: { $variable: key } }
                 ~~~~~~~~~~~~~~~~~~~~~ missing-variable
output:
  - { $step: a, path: at }
  - { $coalesce: [{ $variable: region }, none] }
  - { $variable: region, default: eu }
  - { $if: { $input: far }, then: { $variable: region }, else: 1 }
                                  ~~~~~~~~~~~~~~~~~~~~~ missing-variable`;

describe('a variable without a value', () => {
  it.each([true, false])('is told where it is read, an error where it is final (%s)', (variablesAreGiven) => {
    expectDiagnostics(FLOW, (source) => {
      const { flow } = compile(source, { file: 'flow.yaml' });
      const found = flow ? check(flow, () => undefined, { variablesAreGiven }) : [];
      // In the second place, a run may do without it.
      expect(found.map(({ severity }) => severity)).toEqual([variablesAreGiven ? 'error' : 'warning', 'warning']);
      return found;
    });
  });

  it('refuses the run, unless it is given', async () => {
    const source = 'variablesSchema: { properties: { v: {} } }\nsteps: []\noutput: { $variable: v }\n';
    const { result, diagnostics, execution } = await runFlow({ source });
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'EXPRESSION_FAILURE' } });
    expect(diagnostics).toMatchObject([{ code: 'missing-variable', severity: 'error', line: 3, column: 9 }]);
    expect(execution).toBeUndefined();
    expect((await runFlow({ source, variables: { v: null } })).result).toEqual({ outcome: 'success', result: null });
  });
});
