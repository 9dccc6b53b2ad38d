import { describe, expect, it } from 'vitest';
import { callsOf } from '../../../lib/aws/definition.ts';
import type { CompileOptions } from '../../../lib/compiler/compile.ts';
import { absorbedBy, changesOf, compiled, shape } from './pass-tester.ts';

const WITH: CompileOptions = { with: ['fuse-chains'] };

const fused = (source: string, options: CompileOptions = {}): readonly string[] =>
  changesOf(compiled(source, { ...WITH, ...options }), 'fuse-chains');

const report = (source: string, options: CompileOptions = {}) =>
  compiled(source, options).passes.find(({ name }) => name === 'fuse-chains');

const CHAIN = `
steps:
  - { id: a, component: /m/a, input: { $input: x } }
  - { id: b, component: /m/b, input: { from: { $step: a }, and: { $input: y } } }
  - { id: c, component: /m/c, input: [{ $step: b, path: v }, { $step: a, path: w }] }
output: { $step: c }`;

/** Step b reads the input beside a result, so a function has to spill an input that leaves no room for both. */
const UNFUSED = 'input?[else spill input] → a → b → c';

const ALL = 'a, b, c: share one function, which is called once';

/** The chain with something else in place of a part of its text. */
const but = (part: string, instead: string): string => {
  expect(CHAIN).toContain(part);
  return CHAIN.replace(part, instead);
};

describe('a chain of steps that nobody else reads', () => {
  it('becomes one state, which calls one function', () => {
    expect(shape(CHAIN)).toBe(UNFUSED);
    expect(shape(CHAIN, WITH)).toBe('c');
    expect(fused(CHAIN)).toEqual([ALL]);
    expect(absorbedBy(compiled(CHAIN, WITH), 'fuse-chains')).toEqual(['a', 'b']);
    expect(report(CHAIN, WITH)?.saved).toEqual({ states: 2, functions: 2 });
  });

  it('has the inputs of all its steps in one payload, with names for what the wrapper puts in', () => {
    const { stateMachine } = compiled(CHAIN, WITH);
    const [call] = stateMachine ? callsOf(stateMachine) : [];
    expect(call?.component).toBe('/m/a+/m/b+/m/c');
    expect(call?.invocation).toMatchObject({
      step: 'c',
      input: [{ $link: 'b v' }, { $link: 'a w' }],
      reads: ['$'],
      before: [
        { step: 'a', reads: ['$', 'w'] },
        { step: 'b', input: { from: { $link: 'a $' }, and: expect.stringContaining('"y"') }, reads: ['v'] },
      ],
    });
  });

  it('is fused where the flow asks for it, and nobody takes the pass out', () => {
    const asks = `metadata: { aws: { fuse: true } }\n${CHAIN}`;
    expect(shape(asks)).toBe('c');
    expect(shape(asks, { without: ['fuse-chains'] })).toBe(UNFUSED);
    expect(shape(CHAIN, { ...WITH, without: ['fuse-chains'] })).toBe(UNFUSED);
    expect(shape(`metadata: { aws: { fuse: false } }\n${CHAIN}`)).toBe(UNFUSED);
  });

  it('says how to ask for it where nobody has', () => {
    expect(report(CHAIN)).toMatchObject({ changes: [], off: expect.stringContaining('fuse: true') });
    expect(report(CHAIN, WITH)?.off).toBeUndefined();
    expect(report(CHAIN, { without: ['fuse-chains'] })).toBeUndefined();
  });

  it('may be one of several', () => {
    const source = `
steps:
  - { id: a, component: /m/a, input: { $input: x } }
  - { id: b, component: /m/b, input: { $step: a } }
  - { id: c, component: /m/c, input: { $step: b }, onError: { action: retry } }
  - { id: d, component: /m/a, input: { $step: c } }
  - { id: e, component: /m/b, input: { $step: d } }
output: { $step: e }`;
    expect(shape(source, WITH)).toBe('b → c → e');
    expect(report(source, WITH)?.saved).toEqual({ states: 2, functions: 1 });
  });

  it('has no more steps than have time in one function, if none says how long it takes', () => {
    const more = Array.from(
      { length: 39 },
      (_, at) => `\n  - { id: s${at + 1}, component: /m/a, input: { $step: s${at} } }`,
    );
    const source = `steps:\n  - { id: s0, component: /m/a, input: { $input: x } }${more.join('')}\noutput: { $step: s39 }`;
    expect(shape(source, WITH)).toBe('input?[else spill input] → s14 → s29 → s39');
  });

  it('may be a part of one, up to where others read', () => {
    const source = but('output: { $step: c }', 'output: [{ $step: b }, { $step: c }]');
    expect(fused(source)).toEqual([]);
    expect(fused(source.replace(', { $step: a, path: w }', ''))).toEqual([
      'a, b: share one function, which is called once',
    ]);
  });

  it('may stand in a branch, or in a flow that a step runs', () => {
    const branches = `
steps:
  - { id: a, component: /m/a, input: { $input: x } }
  - { id: b, component: /m/b, input: { $step: a } }
  - { id: c, component: /m/c, input: { $input: x } }
  - { id: d, component: /m/d, input: { $step: c } }
output: [{ $step: b }, { $step: d }]`;
    expect(shape(branches, WITH)).toBe('(b | d)');
    const inside = `
steps:
  - id: each
    component: /map
    input:
      items: { $input: items }
      workflow:
        $literal:
          steps:
            - { id: a, component: /m/a, input: { $input: $ } }
            - { id: b, component: /m/b, input: { $step: a } }
          output: { $step: b }
output: { $step: each }`;
    expect(fused(inside)).toEqual(['each.a, each.b: share one function, which is called once']);
    expect(absorbedBy(compiled(inside, WITH), 'fuse-chains')).toEqual(['each.a']);
    expect(JSON.stringify(compiled(inside, WITH).stateMachine)).toContain('{"$link":"each.a $"}');
  });

  it('has one guard, before the first of its steps', () => {
    const guarded = but('input: { $input: x } }', 'input: { $input: x }, skipIf: { $input: skip } }');
    expect(shape(guarded, WITH)).toBe('c?[else output] → c');
    expect(fused(guarded, { without: ['share-guards'] })).toEqual([]);
  });

  it('has the guard of the step before it, where it is passed over with that one', () => {
    const source = `
steps:
  - { id: z, component: /m/z, skipIf: { $input: skip }, onError: { action: retry } }
  - { id: a, component: /m/a, input: { $step: z } }
  - { id: b, component: /m/b, input: { $step: a } }
  - { id: c, component: /m/c, input: { $step: b }, onError: { action: retry } }
output: { $coalesce: [{ $step: c }, none] }`;
    expect(shape(source, WITH)).toBe('z?[else output] → z → b → c');
  });

  it('counts with the values of all its steps, and with none between them', () => {
    const { budget } = compiled(CHAIN, WITH);
    const payload = budget?.payloadLimits.find(({ what }) => what === 'the input of step "c"');
    expect(payload?.values).toHaveLength(2);
    const alone = compiled(CHAIN).budget?.payloadLimits.find(({ what }) => what === 'the input of step "c"');
    expect(alone?.values).toHaveLength(2);
    expect(payload?.availableBytes).toBeLessThan(alone?.availableBytes ?? 0);
    expect(budget?.payloadLimits.map(({ what }) => what)).not.toContain('what is read of step "a"');
  });

  it('is left as it was where its inputs together are too large for one payload', () => {
    const large = JSON.stringify('x'.repeat(130_000));
    const source = CHAIN.replace('{ $input: x }', large).replace('{ $input: y }', large);
    expect(shape(CHAIN.replace('{ $input: x }', large), WITH)).toBe('input?[else spill input] → c');
    expect(shape(source, WITH)).toBe('a → b → c');
    expect(report(source, WITH)?.off).toMatch(/^left out: the combined values would not fit/);
  });
});

describe('no chain are steps', () => {
  it.each([
    [
      'of which another step reads one between',
      but(
        'output: { $step: c }',
        '  - { id: d, component: /m/d, input: { $step: b } }\noutput: [{ $step: c }, { $step: d }]',
      ),
    ],
    [
      'of which the output reads one between',
      but('output: { $step: c }', 'output: [{ $step: c }, { $step: a }, { $step: b }]'),
    ],
    ['of which one may fail without failing the flow', but('id: b,', 'id: b, onError: { action: useDefault },')],
    ['of which one is tried again', CHAIN.replaceAll('component: /m/b', 'component: /m/b, onError: { action: retry }')],
    ['of which one is a wait', CHAIN.replace('/m/b', '/sleep')],
    [
      'of which a guard asks',
      `
steps:
  - { id: a, component: /m/a }
  - { id: b, component: /m/b, input: { $step: a }, skipIf: { $step: a, path: done } }
output: { $coalesce: [{ $step: b }, none] }`,
    ],
    [
      'that read each other in an $if',
      but('{ from: { $step: a }, and: { $input: y } }', '{ $if: { $input: y }, then: { $step: a }, else: 0 }').replace(
        ', { $step: a, path: w }',
        '',
      ),
    ],
    [
      'that read each other in a $coalesce',
      but('{ from: { $step: a }, and: { $input: y } }', '{ $coalesce: [{ $step: a }, 0] }').replace(
        ', { $step: a, path: w }',
        '',
      ),
    ],
    [
      'that do without each other',
      but('{ from: { $step: a }, and: { $input: y } }', '{ $step: a, onSkip: { action: useDefault } }').replace(
        ', { $step: a, path: w }',
        '',
      ),
    ],
    [
      'that make what looks like a marker',
      but('{ from: { $step: a }, and: { $input: y } }', '{ $secret: { $step: a } }').replace(
        ', { $step: a, path: w }',
        '',
      ),
    ],
  ])('%s', (_, source) => {
    expect(fused(source).filter((change) => /^a, b/.test(change))).toEqual([]);
  });

  it('for which something else stands in', () => {
    expect(fused(CHAIN, { mocked: ({ id }) => id === 'b' })).toEqual([]);
    expect(fused(CHAIN, { mocked: ({ id }) => id === 'c' })).toEqual([]);
  });

  it('that load a file whose name is only known when they run', () => {
    const source = (path: string): string => `
steps:
  - { id: a, component: /load_file, input: { path: ${path} } }
  - { id: b, component: /m/b, input: { $step: a, path: data } }
output: { $step: b }`;
    expect(fused(source('files/people.csv'))).toEqual(['a, b: share one function, which is called once']);
    expect(fused(source('{ $input: path }'))).toEqual([]);
  });

  it('of a flow that runs flows which are only known then', () => {
    const source = CHAIN.replace(
      'output: { $step: c }',
      '  - { id: d, component: /eval, input: { flow: { $input: flow } } }\noutput: [{ $step: c }, { $step: d }]',
    );
    expect(fused(source)).toEqual([]);
    expect(report(source, WITH)?.off).toMatch(/^left out: the flow runs inner flows that are only known at run time/);
    const known = source.replace('{ $input: flow }', '{ $literal: { output: 1 } }');
    expect(fused(known)).toEqual([ALL]);
  });

  it('that the compiler has added', () => {
    const many = Array.from({ length: 1700 }, (_, at) => `f${at}: { $input: f${at} }`).join(', ');
    const source = `
steps:
  - { id: a, component: /m/a, input: { ${many} } }
  - { id: b, component: /m/b, input: { $step: a } }
output: { $step: b }`;
    const { steps } = compiled(source, WITH);
    expect(steps.filter(({ added }) => added).length).toBeGreaterThan(0);
    expect(fused(source)).toEqual(['a, b: share one function, which is called once']);
  });
});
