import { describe, expect, it } from 'vitest';
import { compile } from '../../lib/compiler/compile.ts';
import { runFlow } from '../../lib/run/run-flow.ts';

const flow = (onError: string, input = '1'): string => `
steps: [{ id: a, component: /m/a, onError: { ${onError} }, input: ${input} }]
output: { r: { $coalesce: [{ $step: a }, gone] } }`;

const mocks = { '/m/a': [{ outcome: 'failed', error: { code: 'EXPRESSION_FAILURE', message: 'mine' } }] } as const;
const resultOf = async (source: string) => (await runFlow({ source, mocks, input: {} })).result;

describe('a failure that the component itself calls EXPRESSION_FAILURE', () => {
  it('is covered by onError like any other', async () => {
    const covered = await resultOf(flow('action: useDefault, defaultValue: 7'));
    expect(covered).toEqual({ outcome: 'success', result: { r: 7 } });
    expect(await resultOf(flow('action: skip'))).toEqual({ outcome: 'success', result: { r: 'gone' } });
  });

  it('keeps its name if nothing replaces it', async () => {
    expect(await resultOf(flow('action: fail'))).toMatchObject({
      error: { code: 'EXPRESSION_FAILURE', message: 'mine' },
    });
  });

  it("differs from a fault in the step's own input, which fails the flow", async () => {
    const result = await resultOf(flow('action: useDefault, defaultValue: 7', '{ $input: nowhere }'));
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'EXPRESSION_FAILURE' } });
  });
});

describe('what belongs to retries', () => {
  const said = (onError: object): readonly string[] =>
    compile(JSON.stringify({ steps: [{ id: 'a', component: '/my/a', input: {}, onError }] })).diagnostics.map(
      ({ code, help }) => `${code}: ${help}`,
    );

  it.each(['useDefault', 'continue', 'skip', 'fail'])('is an error beside %s, which retries nothing', (action) => {
    const examples = { on: '[TIMEOUT]', delay: '10', backoff: '2', maxRetries: '3' };
    for (const [key, example] of Object.entries(examples))
      expect(said({ action, [key]: key === 'on' ? ['TIMEOUT'] : 2 })).toEqual([
        `unknown-key: "${key}" belongs to action: retry, as in onError: { action: retry, ${key}: ${example} }.`,
      ]);
  });

  it('has delays that Step Functions takes', () => {
    expect(said({ action: 'retry', delay: 31_536_000 })).toEqual([]);
    expect(said({ action: 'retry', delay: 99_999_999 })).toEqual([expect.stringMatching(/^wrong-type/)]);
  });
});
