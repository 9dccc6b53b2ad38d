import { describe, expect, it } from 'vitest';
import { type ComponentSchemas, check } from '../../../lib/compiler/check/index.ts';
import { compile } from '../../../lib/compiler/compile.ts';
import type { Json } from '../../../lib/protocol/json.ts';

const closed = (properties: { [name: string]: Json }): Json => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});
const nothing = { type: 'null' };

const COMPONENTS: { readonly [path: string]: ComponentSchemas } = {
  '/any': { input: {}, output: {} },
  '/load': {
    input: {},
    output: closed({ id: { type: 'string' }, on: { const: true }, off: { const: false }, no: nothing }),
  },
  '/add': { input: closed({ a: { type: 'number' }, b: { type: 'number' } }), output: { type: 'number' } },
  '/find': { input: {}, output: { anyOf: [nothing, closed({ at: closed({ x: { type: 'number' } }) })] } },
  '/nothing': { input: {}, output: nothing },
  '/both': {
    input: {},
    output: { allOf: [closed({ a: closed({ x: true }) }), closed({ a: closed({ y: true }), b: { type: 'number' } })] },
  },
  '/rest': { input: {}, output: { allOf: [closed({ a: true }), { type: 'object', additionalProperties: {} }] } },
};

/** The codes of what the check finds in a flow, with `!` after those that are errors. */
function codesOf(steps: string): readonly string[] {
  const { flow, diagnostics } = compile(steps, { file: 'flow.yaml' });
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  if (!flow) throw new Error('the flow does not compile');
  return check(flow, (path) => COMPONENTS[path]).map(({ code, severity }) => code + (severity === 'error' ? '!' : ''));
}

const errorsOf = (steps: string): readonly string[] => codesOf(steps).filter((code) => code.endsWith('!'));

const flowWith = (steps: string, output: string): string => `
inputSchema: { type: object, required: [name], properties: { name: { type: string } } }
variables: { n: 1 }
steps:
  - { id: load, component: /load }
${steps
  .split('\n')
  .map((step) => `  - ${step}`)
  .join('\n')}
output: ${output}`;

describe('no error is', () => {
  const each = (items: string, output: string): string =>
    `{ id: it, component: /builtin/map, input: { items: ${items}, workflow: { $literal: { steps: [], output: ${output} } } } }`;
  it.each([
    ['a field of some items', each('[{ k: x }, { k: y, b: 2 }]', '{ $if: { $input: b }, then: { $input: b } }')],
    ['a field of one item only', each('[{ k: x }, { k: y, b: 2 }]', '{ $input: b }')],
    ['a field of evaluated items', each('[{ k: { $input: name } }, { b: { $input: name } }]', '{ $input: b }')],
    ['a field of an item that is one of several kinds', each('[1, null, { b: { c: 1 } }]', '{ $input: b.c }')],
    ['a field of no items', each('[]', '{ $input: b }')],
    ['a type of some items', each('[x, { b: 2 }]', '{ $input: $ }')],
  ])('%s', (_, step) => {
    expect(errorsOf(flowWith(step, '{ $step: it }'))).toEqual([]);
  });

  it.each([
    ['a longer path of a result that may be null', '{ id: it, component: /find }', '{ $step: it, path: at.x }'],
    ['a path of a result that is null', '{ id: it, component: /nothing }', '{ $step: it, path: a.b.c }'],
    [
      'a path of a default that is null',
      '{ id: it, component: /add, input: { a: 1, b: 1 }, onError: { action: useDefault } }',
      '{ $step: it, path: a.b }',
    ],
    ['a field of another member of an intersection', '{ id: it, component: /both }', '{ $step: it, path: b }'],
    ['a field inside a field of both members', '{ id: it, component: /both }', '{ $step: it, path: a.y }'],
    ['a field that one member leaves open', '{ id: it, component: /rest }', '{ $step: it, path: b }'],
    [
      'what is read only if it is there',
      '{ id: it, component: /any }',
      '{ $if: { $step: load, path: w }, then: { $step: load, path: w }, else: 7 }',
    ],
    [
      'what is read only if a part of it is there',
      '{ id: it, component: /any }',
      '{ $if: { $step: load, path: w.x }, then: [{ $step: load, path: w }, { $step: load, path: w.x.y }] }',
    ],
    [
      'what is read only if it is there, by a condition in a condition',
      '{ id: it, component: /any }',
      '{ $if: { $if: { $step: load, path: w }, then: true, else: false }, then: { $step: load, path: w }, else: 7 }',
    ],
    [
      'what is read only where nothing stands in for it',
      '{ id: it, component: /any }',
      '{ $if: { $coalesce: [{ $step: load, path: w }, true] }, then: 7, else: { $step: load, path: w } }',
    ],
    [
      'the input of a step that is skipped unless what it reads is there',
      '{ id: it, component: /any, skipIf: { $if: { $step: load, path: w }, then: false, else: true }, input: { $step: load, path: w } }',
      '{ $coalesce: [{ $step: it }, 1] }',
    ],
    [
      'an arm that is never taken',
      '{ id: it, component: /any }',
      '{ $if: false, then: { $step: load, path: w }, else: { $if: true, then: 1, else: { $step: load, path: w } } }',
    ],
    [
      'an item after one that is always there',
      '{ id: it, component: /add, input: { a: { $coalesce: [1, text] }, b: 1 } }',
      '{ $step: it }',
    ],
    [
      'the default of a variable that has a value',
      '{ id: it, component: /add, input: { a: { $variable: n, default: text }, b: 1 } }',
      '{ $step: it }',
    ],
    [
      'the input of a step that nothing wants',
      '{ id: it, component: /add, input: { a: { $step: load, path: w } } }',
      '{ $step: load }',
    ],
  ])('%s', (_, step, output) => {
    expect(errorsOf(flowWith(step, output))).toEqual([]);
  });

  it.each(['w', 'off', 'no'])('a type that a condition rules out: %s', (path) => {
    const read = `{ $step: load, path: ${path} }`;
    const step = `{ id: it, component: /add, input: { a: { $if: ${read}, then: ${read}, else: 7 }, b: 1 } }`;
    expect(errorsOf(flowWith(step, '{ $step: it }'))).toEqual([]);
  });

  it('in a step that every run skips, or one that reads it', () => {
    const steps = `{ id: it, component: /add, skipIf: true, input: { a: { $step: load, path: w } } }
{ id: reader, component: /add, input: { a: { $step: it, path: w } } }`;
    const reads = ['{ $step: it, path: w, onSkip: { action: useDefault, defaultValue: 1 } }', '{ $step: reader }'];
    expect(errorsOf(flowWith(steps, `{ $coalesce: [${reads.join(', ')}, 1] }`))).toEqual([]);
  });
});

describe('only a warning is', () => {
  it.each(['useDefault', 'continue', 'skip'])('an input whose failure is covered: %s', (action) => {
    const step = `{ id: it, component: /add, input: { a: text, b: 1 }, onError: { action: ${action} } }`;
    expect(codesOf(flowWith(step, '{ $coalesce: [{ $step: it }, 1] }'))).toEqual(['input-type']);
  });

  it('a fault in the inner flow of a step whose failure is covered', () => {
    const inner =
      '{ $literal: { steps: [{ id: a, component: /add, input: { a: x, b: 1 } }], output: { result: { $step: a } } } }';
    const step = (more: string) =>
      `{ id: it, component: /builtin/iterate, input: { flow: ${inner}, initial_input: 1 }${more} }`;
    expect(codesOf(flowWith(step(', onError: { action: useDefault }'), '{ $step: it }'))).toEqual(['input-type']);
    expect(codesOf(flowWith(step(''), '{ $step: it }'))).toEqual(['input-type!']);
  });

  it('what does not match a schema that a step has of its own', () => {
    const input = '{ id: it, component: /any, inputSchema: { type: number }, input: text }';
    expect(codesOf(flowWith(input, '{ $step: it }'))).toEqual(['input-type']);
    const result = '{ id: it, component: /any, outputSchema: { type: number } }';
    expect(codesOf(flowWith(result, '{ $step: it, path: a }'))).toEqual(['unknown-path']);
  });
});

describe('still an error is', () => {
  it.each([
    ['a path without a condition', '{ id: it, component: /any }', '{ $step: load, path: w }', 'unknown-path!'],
    [
      'a path in the arm that is taken without it',
      '{ id: it, component: /any }',
      '{ $if: { $step: load, path: w }, then: 1, else: { $step: load, path: w } }',
      'unknown-path!',
    ],
    [
      'a field that no item has',
      '{ id: it, component: /builtin/map, input: { items: [{ k: x }, { l: y }], workflow: { $literal: { steps: [], output: { $input: b } } } } }',
      '{ $step: it }',
      'unknown-path!',
    ],
    [
      "a path in the input of a step whose component's failure is covered",
      '{ id: it, component: /any, input: { $step: load, path: w }, onError: { action: useDefault } }',
      '{ $step: it }',
      'unknown-path!',
    ],
    ['a field that no member lists', '{ id: it, component: /both }', '{ $step: it, path: c }', 'unknown-path!'],
    [
      'an input for which a retry does nothing',
      '{ id: it, component: /add, input: { a: x, b: 1 }, onError: { action: retry, maxRetries: 1 } }',
      '{ $step: it }',
      'input-type!',
    ],
  ])('%s', (_, step, output, code) => {
    expect(errorsOf(flowWith(step, output))).toEqual([code]);
  });
});
