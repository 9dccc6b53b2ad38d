import { describe, expect, test } from 'vitest';
import type { Json } from '../../lib/protocol/json.ts';
import { runFlow } from '../../lib/run/run-flow.ts';

const inner = { steps: [{ id: 'a', component: '/builtin/noop', input: { $input: '$' } }], output: { $step: 'a' } };

/** A flow with a `map`. `workflow`: the inner flow, or a reference to it, which the component's function runs. */
const source = (concurrency: string, workflow: Json, items = '[1, 2, 3]', more = ''): string => `
steps:
  - id: each
    component: /builtin/map
    input: { items: ${items}, max_concurrency: ${concurrency}, workflow: ${JSON.stringify(workflow)} }
    ${more}
output: { $step: each, path: successful }`;

const outcomeOf = async (text: string, input: Json) => (await runFlow({ source: text, input })).result;

const ways: readonly (readonly [string, Json, string])[] = [
  ['as states', { $literal: inner }, '[1, 2, 3]'],
  ['as states, with items known at run time', { $literal: inner }, '{ $input: items }'],
  ['by the function', { $input: 'flow' }, '[1, 2, 3]'],
];

describe.each(ways)('max_concurrency of a map that runs %s', (_, workflow, items) => {
  const text = source('{ $input: n }', workflow, items);
  const input = (n: Json): Json => ({ n, flow: inner, items: [1, 2, 3] });

  test('is a number of iterations', async () => {
    expect(await outcomeOf(text, input(2))).toEqual({ outcome: 'success', result: 3 });
  });

  test.each<Json>(['2', null, -1, 0, 2.5])('%j is invalid input', async (n) => {
    expect(await outcomeOf(text, input(n))).toMatchObject({
      outcome: 'failed',
      error: { code: 'INVALID_INPUT', message: expect.stringContaining('"max_concurrency"') },
    });
  });

  test('what is invalid is covered by onError', async () => {
    const covered = source(
      '{ $input: n }',
      workflow,
      items,
      'onError: { action: useDefault, defaultValue: { successful: 9 } }',
    );
    expect(await outcomeOf(covered, input(0))).toEqual({ outcome: 'success', result: 9 });
  });
});
