import { describe, expect, it } from 'vitest';
import { compile } from '../../lib/compiler/compile.ts';
import type { Json } from '../../lib/protocol/json.ts';
import { type Mocks, runFlow } from '../../lib/run/run-flow.ts';
import { expectDiagnostics } from '../diagnostics/expect-diagnostics.ts';
import { outline } from './emit/outline.ts';

const resultOf = async (source: string, input: Json, mocks: Mocks = {}): Promise<unknown> => {
  const { result, diagnostics } = await runFlow({ source, input, mocks });
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return result;
};

const failing = { outcome: 'failed', error: { code: 'RESOURCE_UNAVAILABLE', message: 'boom' } } as const;

describe('map', () => {
  const each = (more = ''): string => `
steps:
  - id: each
    component: /builtin/map
    input:
      workflow:
        $literal:
          steps:
            - { id: a, component: /m/a, input: { $input: n } }
            - { id: b, component: /m/b, input: { $input: n } }
          output: [{ $step: a }, { $step: b, path: v }]
      items: { $input: items }
    ${more}
output: { $step: each }`;

  const unused: Mocks = { '/m/a': [failing], '/m/b': [failing] };

  it('is a Map state, whose result has the outcome of each iteration', async () => {
    const mocks: Mocks = {
      '/m/a': [
        { input: 3, outcome: 'skipped' },
        { outcome: 'success', result: 'A' },
      ],
      '/m/b': [
        { input: 2, ...failing },
        { outcome: 'success', result: { v: [1] } },
      ],
    };
    expect(await resultOf(each(), { items: [{ n: 1 }, { n: 2 }, { n: 3 }] }, mocks)).toEqual({
      outcome: 'success',
      result: {
        results: [
          { outcome: 'success', result: ['A', [1]] },
          { outcome: 'failed', error: { code: 'RESOURCE_UNAVAILABLE', message: 'boom' } },
          { outcome: 'skipped' },
        ],
        values: [['A', [1]], null, null],
        successful: 1,
        failed: 1,
        skipped: 1,
      },
    });
  });

  it('is what its mock says where it has one', async () => {
    const result = { results: [], values: [5], successful: 1, failed: 0, skipped: 0 };
    for (const target of ['each', '/builtin/map']) {
      const mocks: Mocks = { [target]: [{ result }] };
      expect(await resultOf(each(), { items: [{ n: 1 }] }, mocks)).toEqual({ outcome: 'success', result });
    }
  });

  it('counts an iteration as failed if a path is missing in it', async () => {
    const mocks: Mocks = { '/m/a': [{ outcome: 'success', result: 1 }], '/m/b': [{ outcome: 'success', result: {} }] };
    expect(await resultOf(each(), { items: [{ n: 1 }] }, mocks)).toMatchObject({
      result: { failed: 1, results: [{ outcome: 'failed', error: { code: 'EXPRESSION_FAILURE' } }] },
    });
  });

  it('refuses items that are not a list, unless onError has a default', async () => {
    expect(await resultOf(each(), { items: 5 }, unused)).toMatchObject({
      outcome: 'failed',
      error: { code: 'INVALID_INPUT' },
    });
    const covered = each('onError: { action: useDefault, defaultValue: none }');
    expect(await resultOf(covered, { items: 5 }, unused)).toEqual({ outcome: 'success', result: 'none' });
  });

  describe('enters one state per step of an iteration', () => {
    const items = [{ n: [1] }, { n: null }, { n: [[2]] }, { n: { $blob: 'mine' } }, { n: '{% 1 %}' }];
    const a = '{ id: a, component: /m/a, input: { item: { $input: $ }, n: { $input: n } } }';
    const mocks: Mocks = {
      '/m/a': items.map((item) => ({ input: { item, n: item.n }, outcome: 'success', result: { n: item.n } }) as const),
      '/m/b': items.flatMap(({ n }) =>
        [[n], [n, n]].map((input) => ({ input, outcome: 'success', result: { of: n } }) as const),
      ),
    };

    it.each([
      ['that reads the item', `[${a}]`, '{ $step: a, path: n }', 1],
      ['and the output at the end reads it too', `[${a}]`, '[{ $step: a, path: n }, { $input: n }]', 1],
      [
        'of which only the first reads the item',
        `[${a}, { id: b, component: /m/b, input: [{ $step: a, path: n }] }]`,
        '{ $step: b, path: of }',
        2,
      ],
      [
        'and one more state if others read the item too',
        `[${a}, { id: b, component: /m/b, input: [{ $step: a, path: n }, { $input: n }] }]`,
        '[{ $step: a, path: n }, { $step: b, path: of }]',
        3,
      ],
    ])('%s', async (_, steps, output, states) => {
      const source = (list: string): string => `
steps:
  - id: each
    component: /map
    input: { items: ${list}, workflow: { $literal: { steps: ${steps}, output: ${output} } } }
output: { $step: each }`;
      const one = (n: Json): Json => (output.startsWith('[') ? [n, n] : n);
      const results = items.map(({ n }) => ({ outcome: 'success', result: one(n) }));
      const written = source(`{ $literal: ${JSON.stringify(items)} }`);
      const run = await runFlow({ source: written, mocks });
      expect(run.result).toMatchObject({ result: { results } });
      expect(run.execution?.transitions).toBe(1 + states * items.length);
      const given = await runFlow({ source: source('{ $input: list }'), input: { list: items }, mocks });
      expect(given.result).toEqual(run.result);
    });
  });

  it('is distributed from fewer items on if each result is larger, with the same results', async () => {
    const fields = Array.from({ length: 12 }, (_, at) => `f${at}`);
    const steps = fields.map((id) => `{ id: ${id}, component: /m/a, input: { of: { $input: n }, at: ${id} } }`);
    const source = `
steps:
  - id: each
    component: /map
    input:
      items: { $input: items }
      workflow: { $literal: { steps: [${steps.join(', ')}], output: [${fields.map((id) => `{ $step: ${id} }`).join(', ')}] } }
output: { $step: each, path: successful }`;
    const [, most = ''] = /\$count\(\$items\) > (\d+)/.exec(JSON.stringify(compile(source).stateMachine)) ?? [];
    expect(Number(most)).toBeGreaterThan(5);
    expect(Number(most)).toBeLessThan(100);
    const mocks: Mocks = { '/m/a': [{ outcome: 'success', result: 'x'.repeat(300) }] };
    for (const count of [Number(most), Number(most) + 1]) {
      const items = Array.from({ length: count }, (_, n) => ({ n }));
      expect(await resultOf(source, { items }, mocks)).toEqual({ outcome: 'success', result: count });
    }
  });

  it('fails with the name of the missing input', async () => {
    expect(await resultOf(each(), {}, unused)).toMatchObject({
      error: {
        code: 'EXPRESSION_FAILURE',
        message: '"items" of the flow\'s input is missing, which field "items" of the input of step "each" reads',
      },
    });
  });
});

describe('eval', () => {
  const source = `
steps:
  - { id: before, component: /m/before }
  - id: sub
    component: /builtin/eval
    input:
      flow:
        $literal:
          steps:
            - { id: before, component: /m/x, input: { $input: from } }
            - { id: y, component: /m/y, input: { $step: before } }
            - { id: z, component: /m/z, input: { $step: before } }
          output: { y: { $step: y }, z: { $step: z } }
      input: { from: { $step: before } }
  - { id: after, component: /m/after, input: { $step: sub, path: result.outcome } }
output: { run: { $step: sub, path: result }, after: { $step: after } }`;
  const ok = (result: Json): Mocks[string] => [{ outcome: 'success', result }];
  const mocks = { '/m/before': ok('b'), '/m/y': ok('y'), '/m/z': ok(['z']), '/m/after': ok('a') };

  it('becomes part of the parent', () => {
    expect(outline(compile(source).stateMachine)).toBe(
      'before → sub?[else after] → sub: input → sub.before → (sub.y | sub.z) → sub → after',
    );
  });

  it('results in the outcome of the inner flow', async () => {
    expect(await resultOf(source, null, { ...mocks, '/m/x': [{ input: 'b', outcome: 'success', result: 1 }] })).toEqual(
      {
        outcome: 'success',
        result: { run: { outcome: 'success', result: { y: 'y', z: ['z'] } }, after: 'a' },
      },
    );
  });

  it('results in the failure of the inner flow, whether in sequence or in a branch', async () => {
    const failed = { run: { outcome: 'failed', error: { code: 'RESOURCE_UNAVAILABLE', message: 'boom' } }, after: 'a' };
    expect(await resultOf(source, null, { ...mocks, '/m/x': [failing] })).toEqual({
      outcome: 'success',
      result: failed,
    });
    expect(await resultOf(source, null, { ...mocks, '/m/x': ok(1), '/m/z': [failing] })).toEqual({
      outcome: 'success',
      result: failed,
    });
  });

  it('finds a literal flow that a step puts into a blob', async () => {
    const stored = `
steps:
  - { id: store, component: /builtin/put_blob, input: { data: { $literal: { steps: [], output: { $input: $ } } }, blob_type: flow } }
  - { id: sub, component: /builtin/eval, input: { flow_id: { $step: store, path: blob_id }, input: [1] } }
output: { $step: sub, path: result.result }`;
    expect(await resultOf(stored, null)).toEqual({ outcome: 'success', result: [1] });
  });

  it('reports errors in an inner flow at their positions', () => {
    expectDiagnostics(`
steps:
  - id: sub
    component: /builtin/eval
    input:
      flow:
        $literal:
          steps:
            - id: a
              component: /m/a
              input: { $step: b }
                     ~~~~~~~~~~~~ unknown-step
output: { $step: sub }`);
  });
});

describe('iterate', () => {
  const loop = (output: string, more = ''): string => `
steps:
  - id: loop
    component: /builtin/iterate
    input:
      flow: { $literal: { steps: [{ id: a, component: /m/a, input: { $input: n } }], output: ${output} } }
      initial_input: { n: { $input: from } }
      max_iterations: 3
    ${more}
output: { $step: loop }`;
  const counting =
    '{ $if: { $step: a, path: done }, then: { result: { $step: a, path: v } }, else: { next: { n: { $step: a, path: v } } } }';
  const count: Mocks = {
    '/m/a': [2, 1, 0].map((n) => ({ input: n, outcome: 'success', result: { done: n === 2, v: n + 1 } })),
  };

  it('runs its flow until it returns a result', async () => {
    expect(await resultOf(loop(counting), { from: 0 }, count)).toEqual({
      outcome: 'success',
      result: { result: 3, iterations: 3, terminated: false },
    });
  });

  it('stops at the limit, with the last input', async () => {
    const never: Mocks = { '/m/a': [{ outcome: 'success', result: { done: false, v: 9 } }] };
    expect(await resultOf(loop(counting), { from: 0 }, never)).toEqual({
      outcome: 'success',
      result: { result: { n: 9 }, iterations: 3, terminated: true },
    });
  });

  it('accepts null as a result', async () => {
    expect(await resultOf(loop('{ result: null, next: 1 }'), { from: 0 }, count)).toMatchObject({
      result: { result: null, terminated: false },
    });
  });

  it('fails if its flow fails or returns neither, unless onError has a default', async () => {
    const fails: Mocks = { '/m/a': [failing] };
    expect(await resultOf(loop(counting), { from: 0 }, fails)).toMatchObject({
      error: { code: 'RESOURCE_UNAVAILABLE' },
    });
    const neither = '{ $step: a }';
    expect(await resultOf(loop(neither), { from: 0 }, count)).toMatchObject({ error: { code: 'INVALID_INPUT' } });
    const covered = 'onError: { action: useDefault, defaultValue: 7 }';
    expect(await resultOf(loop(counting, covered), { from: 0 }, fails)).toEqual({ outcome: 'success', result: 7 });
    expect(await resultOf(loop(neither, covered), { from: 0 }, count)).toEqual({ outcome: 'success', result: 7 });
  });
});

describe('sleep', () => {
  it('is a Wait state if its duration is a literal', async () => {
    const source =
      'steps: [{ id: nap, component: /builtin/sleep, input: { duration_ms: 1, passthrough: [[1]] } }]\noutput: { $step: nap }';
    expect(compile(source).stateMachine?.States.nap?.Type).toBe('Wait');
    expect(await resultOf(source, null)).toEqual({
      outcome: 'success',
      result: { duration_ms: 1, passthrough: [[1]] },
    });
  });
});

describe('a flow that is only known at run time', () => {
  const inner = (output: Json): Json => ({
    steps: [{ id: 'a', component: '/m/a', input: { $input: 'n' } }],
    output,
  });
  const flow = (component: string, input: string): string => `
steps:
  - { id: sub, component: /builtin/${component}, input: ${input} }
output: { $step: sub }`;
  const mocks: Mocks = {
    '/m/a': [
      { input: 3, ...failing },
      { input: 2, outcome: 'success', result: { v: ['two'], done: true } },
      { outcome: 'success', result: { v: 2 } },
    ],
  };

  it('is run by eval in an execution of its own', async () => {
    const source = flow('eval', '{ flow: { $input: flow }, input: { n: 2 } }');
    expect(await resultOf(source, { flow: inner({ $step: 'a', path: 'v' }) }, mocks)).toMatchObject({
      result: { result: { outcome: 'success', result: ['two'] }, run_id: expect.any(String) },
    });
  });

  it('is read from a blob', async () => {
    const source = `
steps:
  - { id: stored, component: /builtin/put_blob, input: { data: { $input: flow } } }
  - { id: sub, component: /builtin/eval, input: { flow_id: { $step: stored, path: blob_id }, input: { n: 3 } } }
output: { $step: sub, path: result }`;
    expect(await resultOf(source, { flow: inner({ $step: 'a', path: 'v' }) }, mocks)).toEqual({
      outcome: 'success',
      result: { outcome: 'failed', error: { code: 'RESOURCE_UNAVAILABLE', message: 'boom' } },
    });
  });

  it('is run by map for each item, and by iterate until it returns a result', async () => {
    const each = flow('map', '{ workflow: { $input: flow }, items: [{ n: 1 }, { n: 3 }], max_concurrency: 1 }');
    expect(await resultOf(each, { flow: inner({ $step: 'a', path: 'v' }) }, mocks)).toMatchObject({
      result: { results: [{ result: 2 }, { outcome: 'failed' }], successful: 1, failed: 1, skipped: 0 },
    });
    const loop = flow('iterate', '{ flow: { $input: flow }, initial_input: { n: 1 } }');
    const output: Json = JSON.parse(`{
      "$if": { "$coalesce": [{ "$step": "a", "path": "done" }] },
      "then": { "result": { "$step": "a", "path": "v" } },
      "else": { "next": { "n": { "$step": "a", "path": "v" } } }
    }`);
    expect(await resultOf(loop, { flow: inner(output) }, mocks)).toEqual({
      outcome: 'success',
      result: { result: ['two'], iterations: 2, terminated: false },
    });
  });

  it('is refused with its errors', async () => {
    const source = flow('eval', '{ flow: { $input: flow }, input: 1 }');
    expect(await resultOf(source, { flow: { steps: [], output: { $step: 'nowhere' } } })).toMatchObject({
      error: { code: 'INVALID_INPUT', message: expect.stringContaining('There is no step "nowhere"') },
    });
  });
});
