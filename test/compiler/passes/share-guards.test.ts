import { describe, expect, it } from 'vitest';
import { changesOf, compiled, giving, runBoth, shape, statusesOf } from './pass-tester.ts';

const shared = (source: string): readonly string[] => changesOf(compiled(source), 'share-guards');

const chain = (more = ''): string => `
steps:
  - { id: a, component: /m/a, skipIf: { $input: skip } ${more} }
  - { id: b, component: /m/b, input: { $step: a } }
  - { id: c, component: /m/c, input: [{ $step: b }, { $step: a, path: x }] }
  - { id: d, component: /m/d, input: { $coalesce: [{ $step: c }, none] } }
output: [{ $step: d }, { $coalesce: [{ $step: b }, no b] }]`;

describe('steps that are passed over together', () => {
  it('have one guard, before the first of them', async () => {
    expect(shape(chain())).toBe('a?[else d] → a → b → c → d');
    expect(shape(chain(), { without: ['share-guards'] })).toBe(
      'a?[else b?] → a → b?[else c?] → b → c?[else d] → c → d',
    );
    expect(shared(chain())).toEqual(['b: is skipped together with "a"', 'c: is skipped together with "a"']);
    const mocks = { ...giving({ a: { x: 1 }, b: 2, c: 3 }), d: [{ input: 'none', result: 'd' }] };
    const run = await runBoth(chain(), { mocks, input: { skip: true } });
    expect(run.result).toEqual({ outcome: 'success', result: ['d', 'no b'] });
    expect(statusesOf(run)).toEqual({ a: 'skipped', b: 'skipped', c: 'skipped', d: 'succeeded' });
    const ran = await runBoth(chain(), { mocks: { ...mocks, d: [{ input: 3, result: 'd' }] }, input: {} });
    expect(ran.result).toEqual({ outcome: 'success', result: ['d', 2] });
  });

  it('are skipped where the component of one of them skips itself', async () => {
    const mocks = { a: [{ outcome: 'skipped' as const }], ...giving({ b: 2, c: 3, d: 'd' }) };
    const run = await runBoth(chain(), { mocks, input: {} });
    expect(run.result).toEqual({ outcome: 'success', result: ['d', 'no b'] });
    expect(statusesOf(run)).toEqual({ a: 'skipped', b: 'skipped', c: 'skipped', d: 'succeeded' });
  });

  it('may be so by the same skipIf', async () => {
    const source = `
steps:
  - { id: hit, component: /m/hit }
  - { id: a, component: /m/a, skipIf: { $step: hit, path: yes }, mustExecute: true }
  - { id: b, component: /m/b, skipIf: { $step: hit, path: yes }, input: { $coalesce: [{ $step: a }, 0] } }
output: { $coalesce: [{ $step: b }, { $step: hit, path: value }] }`;
    expect(shape(source)).toMatch(/^hit → a\?\[else output\??\] → a → b/);
    const mocks = giving({ hit: { yes: true, value: 'kept' }, a: 1, b: 2 });
    const run = await runBoth(source, { mocks });
    expect(run.result).toEqual({ outcome: 'success', result: 'kept' });
    expect(statusesOf(run)).toMatchObject({ a: 'skipped', b: 'skipped' });
  });

  it('may be so because nothing wants them', async () => {
    const source = `
steps:
  - { id: which, component: /m/which }
  - { id: a, component: /m/a, input: { $step: which } }
  - { id: b, component: /m/b, input: { $step: a } }
output: { $if: { $step: which, path: long }, then: { $step: b }, else: short }`;
    expect(shape(source)).toBe('which → a?[else output] → a → b');
    const run = await runBoth(source, { mocks: giving({ which: { long: false }, a: 1, b: 2 }) });
    expect(run.result).toEqual({ outcome: 'success', result: 'short' });
    expect(statusesOf(run)).toEqual({ which: 'succeeded', a: 'not_run', b: 'not_run' });
    const ran = await runBoth(source, { mocks: giving({ which: { long: 1 }, a: 1, b: 2 }) });
    expect(ran.result).toEqual({ outcome: 'success', result: 2 });
  });
});

describe('a step has its own guard', () => {
  it.each([
    ['where a failure skips the one before it', chain(', onError: { action: skip }')],
    [
      'where it reads another one that may be skipped',
      chain()
        .replace('input: { $step: a }', 'input: [{ $step: a }, { $step: e }]')
        .replace('steps:', 'steps:\n  - { id: e, component: /m/e, skipIf: { $input: other } }')
        .replace('{ $step: b }, { $step: a, path: x }', '1, { $step: e }'),
    ],
    [
      'where its own skipIf says something else',
      chain()
        .replace('id: b, ', 'id: b, skipIf: { $input: other }, ')
        .replace('{ $step: b }, { $step: a, path: x }', '{ $step: b, onSkip: { action: useDefault } }'),
    ],
    [
      'where it is wanted for another reason',
      `
evaluation: lazy
steps:
  - { id: a, component: /m/a, skipIf: { $input: skip } }
  - { id: b, component: /m/b, input: { $step: a } }
output: [{ $coalesce: [{ $step: a }, 0] }, { $if: { $input: c }, then: { $step: b } }]`,
    ],
  ])('%s', (_, source) => {
    expect(shared(source).filter((one) => one.startsWith('b:'))).toEqual([]);
  });

  it('where no function looks at what it reads', async () => {
    const source = `
steps:
  - { id: a, component: /m/a, skipIf: { $input: skip } }
  - { id: nap, component: /sleep, input: { duration_ms: 0 }, skipIf: { $input: skip } }
  - { id: b, component: /map, input: { items: { $step: a }, workflow: { output: 1 } } }
output: { $coalesce: [{ $step: b, path: successful }, none] }`;
    expect(shared(source)).toEqual([]);
    const skipped = await runBoth(source, { mocks: { a: [{ outcome: 'skipped' }] }, input: {} });
    expect(skipped.result).toEqual({ outcome: 'success', result: 'none' });
  });
});
