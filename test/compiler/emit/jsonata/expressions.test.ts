import fc from 'fast-check';
import jsonata from 'jsonata';
import { describe, expect, it } from 'vitest';
import { usesOf } from '../../../../lib/compiler/analyse/uses.ts';
import { missingIn, testOfValue } from '../../../../lib/compiler/emit/jsonata/answers.ts';
import type { ExpressionScope } from '../../../../lib/compiler/emit/jsonata/expression-scope.ts';
import { jsonataOf } from '../../../../lib/compiler/emit/jsonata/expressions.ts';
import { inputAt, pathOf, variableAt } from '../../../../lib/compiler/emit/jsonata/input-path.ts';
import { variable, verbatim } from '../../../../lib/compiler/emit/jsonata/jsonata.ts';
import { missingText } from '../../../../lib/compiler/emit/jsonata/missing-text.ts';
import type { Expression } from '../../../../lib/flow/expression.ts';
import type { Test } from '../../../../lib/protocol/invocation.ts';
import type { Json } from '../../../../lib/protocol/json.ts';
import { parsePath, valueAt } from '../../../../lib/protocol/path.ts';
import { runs } from '../../../chance.ts';

const span = { line: 1, column: 1, endLine: 1, endColumn: 1 };
const scope: ExpressionScope = {
  slots: variable,
  hoisted: ({ name }) => variable(name),
  input: (path) => inputAt({ input: variable('in') }, path),
  variable: (reference) => variableAt({ variables: variable('given') }, reference),
};

/** Evaluates no deeper than AWS does. Measured there: https://github.com/floci-io/floci/issues/2737 */
const evaluate = async (expression: string, bindings: Record<string, Json>): Promise<unknown> => {
  const value: unknown = await jsonata(expression, { stack: 100 }).evaluate({}, bindings);
  // The package's own lists carry flags, which are no part of their value.
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
};

const input = (text: string): Expression => {
  const path = parsePath(text);
  if ('error' in path) throw new Error(path.error);
  return { kind: 'input', path: { text, path }, span };
};

const constant = (value: Json): Expression => ({ kind: 'literal', value, span });

/** JSON in which paths like those below often hit, lists in lists and one-element lists included. */
const { value: anyValue } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'medium' },
    fc.constantFrom<Json>(null, true, false, 0, 1, '', 'x', [], {}, [[]], [[1]]),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'a.b', 'length', '[0]'), tie('value'), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
  ),
}));

const anyPath = fc.constantFrom(
  'a',
  'b',
  'a.b',
  '$.a.b',
  'a[0]',
  'a[0][0]',
  '[0]',
  '[1].a',
  'a[0].b',
  '$["a.b"]',
  'a.b.a',
  'length',
);

describe('a path of the input', () => {
  it('gives just what the language says it is, lists in lists and one-element lists included', async () => {
    await fc.assert(
      fc.asyncProperty(anyValue, anyPath, async (value, text) => {
        const path = parsePath(text);
        if ('error' in path) throw new Error(path.error);
        expect(await evaluate(pathOf(variable('in'), { path }), { in: value })).toEqual(valueAt(value, path));
      }),
      { numRuns: runs(1000) },
    );
  });

  it('gives a marker where it is missing', async () => {
    expect(await evaluate(jsonataOf(input('a.b'), scope), { in: {} })).toEqual({
      $missing: '"a.b" of the flow\'s input',
    });
  });
});

describe('a list built by an expression', () => {
  it('keeps each item as it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyValue, { maxLength: 4 }), async (items) => {
        const list: Expression = { kind: 'list', items: items.map((_, index) => input(`[${index}]`)), span };
        expect(await evaluate(jsonataOf(list, scope), { in: items })).toEqual(items);
      }),
      { numRuns: runs(300) },
    );
  });

  it('may have hundreds of items', async () => {
    const items = Array.from({ length: 300 }, (_, at) => input(`a[${at}]`));
    const a = items.map((_, at) => at);
    expect(await evaluate(jsonataOf({ kind: 'list', items, span }, scope), { in: { a } })).toEqual(a);
  });

  it('keeps constants as they are', async () => {
    await fc.assert(
      fc.asyncProperty(anyValue, async (value) => {
        expect(await evaluate(jsonataOf(constant(value), scope), {})).toEqual(value);
      }),
    );
  });
});

describe('what is missing', () => {
  it('is named, of hundreds of references too', async () => {
    const items = Array.from({ length: 300 }, (_, at) => input(`a[${at}]`));
    const uses = usesOf({ kind: 'list', items, span });
    const missing = (a: Json) =>
      evaluate(`${missingIn(uses, scope)} ? ${missingText(uses, 'it', scope)} : ""`, { in: { a } });
    const a = items.map((_, at) => at);
    expect(await missing(a)).toBe('');
    expect(await missing(a.slice(1))).toBe(`"a[299]" of the flow's input is missing, which field "[299]" of it reads`);
    expect(await missing(a.slice(0, 7))).toMatch(/^"a\[7\]" of the flow's input is missing/);
  });
});

describe('the tests of a value', () => {
  const truth: readonly [Json, Record<Test, boolean>][] = [
    [null, { if: false, skipIf: false, present: false }],
    [false, { if: false, skipIf: false, present: true }],
    [0, { if: true, skipIf: false, present: true }],
    ['', { if: true, skipIf: false, present: true }],
    ['no', { if: true, skipIf: true, present: true }],
    [{}, { if: true, skipIf: true, present: true }],
    [[], { if: true, skipIf: true, present: true }],
  ];

  it.each(truth)('of %j are %j, constant or read', async (value, expected) => {
    for (const test of ['if', 'skipIf', 'present'] as const) {
      expect(await evaluate(testOfValue(constant(value), test, scope), {})).toBe(expected[test]);
      expect(await evaluate(testOfValue(input('v'), test, scope), { in: { v: value } })).toBe(expected[test]);
      expect(await evaluate(testOfValue(input('v'), test, scope), { in: {} })).toBe(false);
    }
  });
});

describe('$if and $coalesce', () => {
  const condition = input('c');
  it('take one arm', async () => {
    const choice: Expression = { kind: 'if', condition, consequent: input('a'), alternative: constant('E'), span };
    expect(await evaluate(jsonataOf(choice, scope), { in: { c: true, a: [1] } })).toEqual([1]);
    expect(await evaluate(jsonataOf(choice, scope), { in: { a: [1] } })).toBe('E');
  });

  it('take the first that is there, or null', async () => {
    const first: Expression = { kind: 'coalesce', items: [input('a'), input('b')], span };
    expect(await evaluate(jsonataOf(first, scope), { in: { a: null, b: false } })).toBe(false);
    expect(await evaluate(jsonataOf(first, scope), { in: {} })).toBeNull();
  });

  it('take the first of hundreds', async () => {
    const items = Array.from({ length: 300 }, (_, at) => input(`a[${at}]`));
    const first = (a: Json) => evaluate(jsonataOf({ kind: 'coalesce', items, span }, scope), { in: { a } });
    const a = items.map((): Json => null);
    expect(await first(a)).toBeNull();
    expect(await first(a.with(299, 'last'))).toBe('last');
    expect(await first(a.with(120, 'here').with(299, 'last'))).toBe('here');
  });

  it('are skipped where the condition reads a skipped step', async () => {
    const path = { text: 'ok', path: { segments: ['ok'] } };
    const choice: Expression = {
      kind: 'if',
      condition: { kind: 'step', step: 's', path, span },
      consequent: constant(1),
      alternative: constant(2),
      span,
    };
    expect(await evaluate(jsonataOf(choice, scope), { s: { '$if(ok)': false, $skipped: true } })).toEqual({
      $skipped: true,
    });
    expect(await evaluate(jsonataOf(choice, scope), { s: { '$if(ok)': false } })).toBe(2);
  });
});

describe('a string that looks like an expression', () => {
  it('stays a string', async () => {
    const template = verbatim({ a: ['{% $states.input %}'] });
    expect(template).toEqual({ a: ['{% "{% $states.input %}" %}'] });
    expect(await evaluate('"{% $states.input %}"', {})).toBe('{% $states.input %}');
  });
});
