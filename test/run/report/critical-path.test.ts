import { expect, test } from 'vitest';
import { compile } from '../../../lib/compiler/compile.ts';
import { criticalPath } from '../../../lib/run/report/critical-path.ts';
import type { StepStatus } from '../../../lib/run/report/events.ts';

type Times = { readonly [step: string]: readonly [startMs: number | null, endMs: number | null, status?: StepStatus] };

/** The critical path of a run of the flow with these steps, at these times. */
function chainOf(steps: string, times: Times): readonly string[] {
  const { stateMachine, sourceMap, steps: compiled, diagnostics } = compile(`steps:\n${steps}`, { leastFanOut: 2 });
  if (!stateMachine) throw new Error(diagnostics.map(({ message }) => message).join());
  const reports = compiled.map(({ id, component }) => {
    const [startMs, endMs, status = 'succeeded'] = times[id] ?? [null, null, 'not_run'];
    return { id, component, status, startMs, endMs, attempts: 1 };
  });
  return criticalPath(reports, sourceMap.arrangement);
}

const DIAMOND = `
  - { id: load, component: /my/load }
  - { id: posts, component: /my/work, input: { of: { $step: load } } }
  - { id: friends, component: /my/work, input: { of: { $step: load } } }
  - { id: merge, component: /my/work, input: [{ $step: posts }, { $step: friends }] }
`;

test('leads back over the branch that ended last', () => {
  const around: Times = { load: [0, 10], merge: [50, 60] };

  expect(chainOf(DIAMOND, { ...around, posts: [10, 50], friends: [10, 30] })).toEqual(['load', 'posts', 'merge']);
  expect(chainOf(DIAMOND, { ...around, posts: [10, 30], friends: [10, 50] })).toEqual(['load', 'friends', 'merge']);
});

test('never goes from a branch to another one beside it, whenever that ended', () => {
  const times: Times = { load: [0, 10], posts: [10, 10, 'skipped'], friends: [10, 50], merge: [50, 60] };

  expect(chainOf(DIAMOND, times)).toEqual(['load', 'friends', 'merge']);
});

test('keeps the order of the state machine where all happens in the same millisecond', () => {
  const chain = ['a', 'b', 'c', 'd'];
  const steps = chain.map((id, index) => {
    const before = chain[index - 1];
    return `  - { id: ${id}, component: /my/work, skipIf: { $input: ${id} }${before ? `, input: { $step: ${before} }` : ''} }`;
  });

  expect(chainOf(steps.join('\n'), { a: [5, 5], b: [5, 5], c: [5, 5], d: [5, 5] })).toEqual(chain);
});

test('passes over a step that did not run', () => {
  const steps = `
  - { id: a, component: /my/work }
  - { id: b, component: /my/work, skipIf: { $step: a, path: done }, input: { $step: a } }
  - { id: c, component: /my/work, input: { $coalesce: [{ $step: b }, { $step: a }] } }
`;

  expect(chainOf(steps, { a: [0, 10], b: [null, null, 'skipped'], c: [10, 20] })).toEqual(['a', 'c']);
});

test('of steps that end with the run, the one that failed ended it', () => {
  const times: Times = { load: [0, 10], posts: [10, 20, 'failed'], friends: [10, 20, 'cancelled'] };

  expect(chainOf(DIAMOND, times)).toEqual(['load', 'posts']);
  expect(chainOf(DIAMOND, { ...times, posts: [10, 20, 'cancelled'], friends: [10, 20, 'failed'] })).toEqual([
    'load',
    'friends',
  ]);
});

test('takes a loop once', () => {
  const steps = `
  - { id: first, component: /my/work }
  - id: loop
    component: /iterate
    input:
      initial_input: { $step: first }
      flow: { $literal: { steps: [{ id: in, component: /my/work, input: { $input: $ } }], output: { $step: in } } }
  - { id: last, component: /my/work, input: { $step: loop } }
`;

  expect(chainOf(steps, { first: [0, 10], 'loop.in': [10, 90], loop: [40, 90], last: [90, 95] })).toEqual([
    'first',
    'loop.in',
    'loop',
    'last',
  ]);
});

test('has a Map, not what runs inside it', () => {
  const steps = `
  - { id: list, component: /my/work }
  - id: each
    component: /map
    input:
      items: { $step: list }
      workflow: { $literal: { steps: [{ id: in, component: /my/work, input: { $input: $ } }], output: { $step: in } } }
`;

  expect(chainOf(steps, { list: [0, 10], each: [10, 90], 'each.in': [10, 90] })).toEqual(['list', 'each']);
});

test('has the one of the steps that share a Map which ended last', () => {
  const steps = `
  - { id: load, component: /my/load }
  - { id: a, component: /my/work, input: { of: { $step: load } } }
  - { id: b, component: /my/work, input: { of: { $step: load } } }
  - { id: merge, component: /my/merge, input: [{ $step: a }, { $step: b }] }
`;
  const around: Times = { load: [0, 10], merge: [50, 60] };

  expect(chainOf(steps, { ...around, a: [10, 50], b: [10, 30] })).toEqual(['load', 'a', 'merge']);
  expect(chainOf(steps, { ...around, a: [10, 30], b: [10, 50] })).toEqual(['load', 'b', 'merge']);
});

test('is empty where nothing ran', () => {
  expect(chainOf(DIAMOND, {})).toEqual([]);
});

test('of a long flow is as long', () => {
  const count = 5000;
  const steps = Array.from({ length: count }, (_, index) => {
    const input = index > 0 ? `, input: { $step: s${index - 1} }` : '';
    return `  - { id: s${index}, component: /my/work${input} }`;
  });
  const times = Object.fromEntries(Array.from({ length: count }, (_, at) => [`s${at}`, [at, at + 1] as const]));

  expect(chainOf(steps.join('\n'), times)).toHaveLength(count);
});
