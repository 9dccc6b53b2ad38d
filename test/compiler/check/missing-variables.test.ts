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

  it('is told where it is declared, if variablesSchema requires it and nothing must have read it', () => {
    const source = `
variablesSchema:
  required: [region, other, mode, key, given]
                     ~~~~~ missing-variable
  properties:
    region: { type: string }
    ~~~~~~ missing-variable
    mode: { type: string, default: fast }
    key: { type: string, is_secret: true }
variables: { given: null }
steps: []
output: { $coalesce: [{ $variable: region }, none] }`;
    for (const variablesAreGiven of [true, false]) {
      const texts = expectDiagnostics(source, (text) => {
        const { flow } = compile(text, { file: 'flow.yaml' });
        const found = flow ? check(flow, () => undefined, { variablesAreGiven }) : [];
        expect(found.map(({ severity }) => severity)).toEqual(Array(2).fill(variablesAreGiven ? 'error' : 'warning'));
        return found;
      });
      expect(texts[1]).toContain('"region" has no value, and variablesSchema requires one');
      expect(texts[1]).toContain('--var region=JSON');
    }
  });

  it.each([
    ['', 1],
    ['variables: { region: null },', 0],
    ['variables: { $input: vars },', 0],
    ['variables: { other: eu },', 1],
  ])('of a flow inside a step is an error, since only the step gives it one (%s)', async (given, errors) => {
    const source = (flow: string): string => `
steps:
  - id: one
    component: /builtin/eval
    input: { ${given} flow: ${flow}, input: { $input: $ } }
output: { $step: one, path: result }`;
    const inner = JSON.stringify({
      variablesSchema: { required: ['region'], properties: { region: {} } },
      steps: [],
      output: { $coalesce: [{ $variable: 'region' }, 'none'] },
    });
    const input = { vars: { region: 'eu' }, inner: JSON.parse(inner) };
    const { diagnostics } = await runFlow({ source: source(inner), input });
    const missing = diagnostics.filter(({ code }) => code === 'missing-variable');
    expect(missing).toMatchObject(Array(errors).fill({ severity: 'error', line: 5 }));
    for (const { help } of missing) expect(help).toContain('variables: { region: … } of the step that runs this flow');
    // The same flow, known at run time only.
    const { result } = await runFlow({ source: source('{ $input: inner }'), input });
    expect(result.outcome).toBe(errors === 0 ? 'success' : 'failed');
    if (errors > 0) expect(result).toMatchObject({ error: { message: expect.stringContaining('requires one') } });
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
