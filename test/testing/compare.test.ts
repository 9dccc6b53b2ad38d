import { describe, expect, test } from 'vitest';
import { Reporter } from '../../lib/diagnostics/diagnostics.ts';
import { readTree } from '../../lib/flow/text/read-tree.ts';
import { formatPath } from '../../lib/protocol/describe.ts';
import type { Json } from '../../lib/protocol/json.ts';
import { compare, diffOf } from '../../lib/testing/compare.ts';
import type { Expectation } from '../../lib/testing/expectation.ts';
import { escapeMatchers, expectationOf, readExpectation } from '../../lib/testing/read-expectation.ts';

/** An expected value from its YAML, in which nothing may be wrong. */
function read(yaml: string): Expectation {
  const reporter = new Reporter('expected.yaml');
  const tree = readTree(yaml, reporter);
  const expected = tree && readExpectation(tree, reporter);
  expect(reporter.diagnostics).toEqual([]);
  if (!expected) throw new Error(`not YAML: ${yaml}`);
  return expected;
}

const problems = (yaml: string, found: Json): readonly string[] =>
  compare(read(yaml), found).mismatches.map(({ at, problem }) => `${formatPath(at)} ${problem}`.trim());

describe('plain values', () => {
  test.each([
    ['1', 1],
    ['null', null],
    ['"1"', '1'],
    ['{ a: 1 }', { a: 1, b: 2 }],
    ['{ a: { b: [] } }', { a: { b: [], c: 1 }, d: 1 }],
    ['[1, { a: 1 }]', [1, { a: 1, b: 2 }]],
    ['{}', { a: 1 }],
  ])('%s is fitted by %j', (yaml, found) => {
    expect(problems(yaml, found)).toEqual([]);
  });

  test.each([
    ['1', '1', 'is a string ("1"), expected a number (1)'],
    ['{ a: null }', {}, 'a is missing'],
    ['{ a: { b: 1 } }', { a: { b: 2 } }, 'a.b is a number (2), expected a number (1)'],
    ['{ a: 1 }', [], 'is a list of 0, expected an object with "a"'],
    ['[1]', { 0: 1 }, 'is an object with "0", expected a list of 1'],
    ['[1, 2]', [1], 'has 1 items, expected 2'],
    ['[1]', [1, 2], 'has 2 items, expected 1'],
    ['[{ a: 1 }]', [{ a: 2 }], '[0].a is a number (2), expected a number (1)'],
    ['{ constructor: 1 }', {}, 'constructor is missing'],
  ])('%s is not fitted by %j', (yaml, found, problem) => {
    expect(problems(yaml, found)).toEqual([problem]);
  });

  test('tell of every place that does not fit', () => {
    expect(problems('{ a: 1, b: [1, 2], c: 3 }', { a: 2, b: [1, 3], c: 3 })).toHaveLength(2);
  });
});

describe('matchers', () => {
  test.each<[string, Json[], Json[]]>([
    ['{ $less_than: 5 }', [4, -1, 4.99], [5, 6, '4', null]],
    ['{ $greater_than: 5 }', [5.01, 6], [5, 4, '6', null]],
    ['{ $greater_than: 1, $less_than: 3 }', [2], [1, 3]],
    ['{ $range: [1, 3] }', [1, 2, 3], [0, 4, '2']],
    ['{ $length: 2 }', ['ab', '👍👍', [1, 2], { a: 1, b: 2 }], ['a', [], {}, 2, null]],
    ['{ $length: { $greater_than: 1 } }', ['ab', [1, 2]], ['a', []]],
    ['{ $contains: b }', ['abc', ['a', 'b'], { b: 1 }], ['ac', ['bb'], { a: 'b' }, null, 1]],
    ['{ $contains: { a: 1 } }', [[{ a: 1, b: 2 }], { a: 1, b: 2 }], [[{ a: 2 }], { a: 2 }, 'a: 1']],
    ['{ $contains: { $less_than: 3 } }', [[9, 2]], [[9, 3], []]],
    ["{ $matches: '^a\\d+$' }", ['a12'], ['ba1', 'a', 12, null]],
    ["{ $matches: '[\\w\\-]b' }", ['xx-b'], ['b']],
    ['{ $not_empty: true }', ['a', [0], { a: 1 }, 0, false], ['', [], {}, null]],
    ['{ $not_empty: false }', ['', [], {}, null], ['a', 0]],
    ['{ $any: true }', [null, 1, [], {}], []],
    ['{ $literal: { $length: 2 } }', [{ $length: 2 }], ['ab', { $length: 3 }]],
    ['{ $literal: { a: [{ $any: true }] } }', [{ a: [{ $any: true }], b: 1 }], [{ a: [1] }]],
  ])('%s', (yaml, fitting, others) => {
    expect(fitting.filter((found) => problems(yaml, found).length > 0)).toEqual([]);
    expect(others.filter((found) => problems(yaml, found).length === 0)).toEqual([]);
  });

  test('want a value that is there', () => {
    expect(problems('{ a: { $any: true } }', {})).toEqual(['a is missing']);
  });

  test.each([
    ['{ $less_than: 5 }', 7, 'is 7, which is not less than 5'],
    ['{ $greater_than: 5 }', 'x', 'is a string ("x"), expected a number greater than 5'],
    ['{ $range: [1, 3] }', 4, 'is 4, which is not from 1 to 3'],
    ['{ $length: 2 }', 'abc', 'has the length 3, expected 2'],
    ['{ $length: { $less_than: 2 } }', [1, 2], 'has a length that is 2, which is not less than 2'],
    ['{ $contains: x }', ['a'], 'is a list of 1, which does not contain "x"'],
    ['{ $matches: ^b }', 'ab', 'is a string ("ab"), which does not match /^b/'],
    ['{ $not_empty: true }', [], 'is a list of 0, expected something that is not empty'],
  ])('%s says of %j that it %s', (yaml, found, problem) => {
    expect(problems(yaml, found)).toEqual([problem]);
  });
});

test('a value spelled as expected fits itself and nothing beside it, matchers in it or not', () => {
  const value = { a: [{ $length: 1 }, 1], b: { $any: true } };

  expect(compare(expectationOf(escapeMatchers(value)), value).mismatches).toEqual([]);
  expect(compare(expectationOf(escapeMatchers(value)), { a: ['x', 1], b: { $any: 1 } }).mismatches).toHaveLength(2);
});

test('a diff shows only what does not fit, with what stands around it', () => {
  const found = { outcome: 'success', result: { id: 7, items: ['a', 'b'], note: 'not asked for' } };
  const expected = read('{ outcome: success, result: { id: { $greater_than: 5 }, items: [a, c] } }');

  expect(diffOf(compare(expected, found))).toMatchInlineSnapshot(`
    "- expected
    + found

         "id": 7,
         "items": [
           "a",
    -      "c"
    +      "b"
         ]
       }
     }"
  `);
});
