import fc from 'fast-check';
import jsonata from 'jsonata';
import { describe, expect, test } from 'vitest';
import { ExpressionError } from '../../../lib/engine/jsonata/expression.ts';
import { parseFast } from '../../../lib/engine/jsonata/fast/parser.ts';
import { parseExpression } from '../../../lib/engine/jsonata/parse.ts';
import { EFFORT } from '../../chance.ts';

/** A tree without positions and empty fields. */
const bare = (tree: unknown): unknown =>
  JSON.parse(JSON.stringify(tree, (key, value: unknown) => (key === 'position' ? undefined : value)));

/** The package's tree; undefined if it refuses the expression. */
function byPackage(source: string): unknown {
  try {
    return bare(jsonata(source).ast());
  } catch {
    return undefined;
  }
}

test.each([
  '$a',
  '$states.context.Execution.Id',
  '$lookup($load, "id")',
  '$lookup($lookup($states.result[0], "a"), "$skipped") = true',
  '($value := $lookup($states.input, "a"); $exists($value) ? $value : {"$missing": "a"})',
  '$type($states.input) = "object" ? $lookup($states.input, "a")',
  '$not($a) and ($b or $lookup($c, "d") in ["e", "f"])',
  '$count($states.result[outcome = "success"])',
  '$a.b[0][c = 1].`d e`[-1]',
  '($a; $b := 1; )',
  '1 + 2 * -3 - 4 & "\\u00e4\\n" & "ü\n"',
  '$a = 1 ? 2 : $b := 3',
  '[[], {}, [1], {"a": {"b": null}}]',
])('%s is parsed as by the package', (source) => {
  expect(bare(parseFast(source))).toEqual(byPackage(source));
});

test.each([
  '',
  '$$',
  '$a.null',
  '$a.in',
  '$a.*',
  '$a[]',
  '$a{b: c}',
  '-$a',
  '-1.a',
  '1 / 2',
  'a ?: b',
  '[1..2]',
  '$f(?, 1)',
  'function($x) { 1 }',
  '$ä',
  "'a'",
  '"\\x"',
  '1e999',
  '$contains($a, /b/)',
  '/* a */ 1',
  '$a $b',
  '(1',
  '{"a": 1,}',
])('%s is left to the package', (source) => {
  expect(parseFast(source)).toBeUndefined();
});

const refuses = (source: string): boolean => {
  try {
    parseExpression(source);
    return false;
  } catch (thrown) {
    if (thrown instanceof ExpressionError) return true;
    throw thrown;
  }
};

test('invalid JSONata is refused, even if it is short', () => {
  const word = fc.constantFrom(
    'a',
    'b1',
    '_c',
    'and',
    'in',
    'true',
    'null',
    'nullable',
    'ä',
    '1',
    '',
    '"x"',
    '$y',
    '*',
  );
  const short = fc.oneof(
    fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => `$${words.join('.')}`),
    fc.tuple(word, word).map(([object, key]) => `$lookup($${object}, "${key}")`),
  );
  const property = fc.property(short, (source) => {
    expect(refuses(source), source).toBe(byPackage(source) === undefined);
  });
  fc.assert(property, { numRuns: 2000 * EFFORT });
});

describe('every expression that is parsed here', () => {
  const token = fc.constantFrom(
    ...'$a $states $ $lookup a b in and or true null 0 1 12.5 "a" "" `c d` ( ) [ ] { } , ; : ? . - + * = != <= < := & $f('.split(
      ' ',
    ),
    ...[' ', '\n', '..', '**', '??', '/', '%', '#', "'"],
  );
  const written = fc.letrec<{ whole: string }>((tie) => {
    const whole = tie('whole');
    const operator = fc.constantFrom('+', '-', '*', '=', '!=', '<', '>=', '&', 'and', 'or', 'in', '.', ':=', '?', ';');
    return {
      whole: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constantFrom('$a', 'b', '$', '1', '-2', '"c"', 'true', '`d`'),
        fc.tuple(whole, operator, whole).map((parts) => parts.join(' ')),
        fc.tuple(whole, whole, whole).map(([a, b, c]) => `${a} ? ${b} : ${c}`),
        fc.tuple(whole, whole).map(([a, b]) => `${a}[${b}]`),
        fc.tuple(whole, fc.array(whole, { maxLength: 3 })).map(([a, all]) => `${a}(${all.join(', ')})`),
        fc.array(whole, { maxLength: 3 }).map((all) => `(${all.join('; ')})`),
        fc.array(whole, { maxLength: 3 }).map((all) => `[${all.join(',')}]`),
        fc.array(fc.tuple(whole, whole), { maxLength: 2 }).map((all) => `{${all.map((one) => one.join(':')).join()}}`),
      ),
    };
  }).whole;

  test.each([
    ['by the grammar', written],
    ['at random', fc.array(token, { maxLength: 12 }).map((tokens) => tokens.join(''))],
  ])('is parsed as by the package: %s', (_, sources) => {
    let read = 0;
    const property = fc.property(sources, (source) => {
      const tree = parseFast(source);
      if (tree === undefined) return;
      read += 1;
      expect(bare(tree), source).toEqual(byPackage(source));
    });
    fc.assert(property, { numRuns: 3000 * EFFORT });
    expect(read).toBeGreaterThan(100);
  });
});
