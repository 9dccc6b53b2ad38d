import { describe, expect, test } from 'vitest';
import type { Json } from '../../../lib/protocol/json.ts';
import { machine, run } from '../harness.ts';

/** The value of an expression in a Pass state, or the part of the cause that says what went wrong. */
async function value(expression: string, input: Json = {}): Promise<unknown> {
  const { result } = await run(machine({ A: { Type: 'Pass', Output: `{% ${expression} %}`, End: true } }), undefined, {
    input,
    random: () => 0.5,
  });
  return result.status === 'SUCCEEDED'
    ? result.output
    : result.cause?.replace(/^.*specified for the field 'Output' /s, '');
}

// What the developer guide leaves open is as measured on AWS in the tests of floci, JsonataEvaluatorTest.
describe('the functions that AWS adds', () => {
  test.each<[string, Json]>([
    ['$partition([1,2,3,4,5], 2)', [[1, 2], [3, 4], [5]]],
    ['$partition([1,2,3], 2.9)', [[1, 2], [3]]],
    ['$partition([1,2,3])', [[1, 2, 3]]],
    ['$range(0, 10, 5)', [0, 5, 10]],
    ['$range(3, 1, -1)', [3, 2, 1]],
    ['$range(-1.7, 2, 1)', [-1, 0, 1, 2]],
    ['$range(5, 1, -1.5)', [5, 4, 3, 2, 1]],
    ['$range(3, 3, 1)', 3],
    ['$count($range(1, 360145, 1))', 360_145],
    ['$exists($partition([1,2,3], 0))', false],
    ['$exists($partition([1,2,3], -0.5))', false],
    ['$exists($range(5, 1, 1))', false],
    ['$exists($range(1, 5, 0))', false],
    ['$exists($range(1, 5))', false],
    ['$exists($hash("a"))', false],
    ['$hash("abc", "MD5")', '900150983cd24fb0d6963f7d28e17f72'],
    ['$hash("abc", "SHA-256")', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['$parse("{\\"a\\": [1, null]}")', { a: [1, null] }],
    ['$random()', 0.5],
    ['$random(42)', 0.7275636800328681],
    ['$random(0)', 0.730967787376657],
    ['$random(7.9)', 0.7306990420600421],
    ['$length($uuid())', 36],
    ['$millis()', 0],
    ['$now()', '1970-01-01T00:00:00.000Z'],
    ['$now("[Y0001]/[M01]")', '1970/01'],
    ['$map(["1", "2"], $parse)', [1, 2]],
  ])('%s', async (expression, wanted) => {
    expect(await value(expression)).toEqual(wanted);
  });

  test.each([
    ['$partition([1], -1)', /D3137: Second argument must be zero or greater$/],
    ['$partition(null, 2)', /T0412: /],
    ['$range(1)', /T0410: /],
    [
      '$range(1, 360146, 1)',
      /during evaluation: Expression evaluation memory limit exceeded: Check for excessive memory usage$/,
    ],
    ['$hash("a", "SHA-9")', /D3137: .*SHA-9/],
    ['$hash("a", "md5")', /D3137: /],
    ['$hash(42, "MD5")', /T0410: /],
    ['$hash("a", 5)', /T0410: /],
    ['$uuid("seed")', /T0410: /],
    ['$random(1, 2)', /T0410: Argument 2 of function "random" does not match function signature$/],
    ['$partition([1], 1, 1)', /T0410: /],
    ['$range(1, 5, 1, 1)', /T0410: /],
    ['$parse("{}", "x")', /T0410: /],
    ['$parse("{")', /D3137: Invalid JSON$/],
    ['$eval("1")', /T1006: Attempted to invoke a non-function$/],
    ['$constructor()', /T1006: Attempted to invoke a non-function$/],
    ['$error("so")', /D3137: so$/],
    ['$partition([1], "2")', /T0410: Argument 2 of function "partition" does not match function signature$/],
    ['$parse(1)', /T0410: Argument 1 of function "parse" does not match function signature$/],
    // As measured: StepFunctionsJsonataFunctionsIntegrationTest of floci.
    ['$abs("x")', /T0410: Argument 1 of function "abs" does not match function signature$/],
  ])('%s fails', async (expression, wanted) => {
    expect(await value(expression)).toMatch(wanted);
  });
});

// Measured on AWS: floci-io/floci, issue 2737.
describe('the bounds of an evaluation', () => {
  const calls = (times: number) => `($f := function($x){ $x <= 0 ? 0 : 1 + $f($x - 1) }; $f(${times}))`;
  const sum = (terms: number) => Array(terms).fill('1').join(' + ');
  const DEEP = /evaluation: Stack overflow error: Check for non-terminating recursive function. Consider rewriting as/;

  test('an expression is evaluated 100 levels deep', async () => {
    expect(await value(calls(31))).toBe(31);
    expect(await value(calls(32))).toMatch(DEEP);
    expect(await value(sum(100))).toBe(100);
    expect(await value(sum(101))).toMatch(DEEP);
    // Not deep, only long.
    expect(await value(`[${Array(300).fill('$states.input').join()}]`, 1)).toHaveLength(300);
  });

  test('a list has at most 873,782 items', async () => {
    expect(await value('$count([1..873782])')).toBe(873_782);
    expect(await value('$count([1..873783])')).toMatch(/evaluation: Expression evaluation memory limit exceeded/);
  });

  test.each<[string, Json]>([
    ['1/0', 'Infinity'],
    ['-1/$states.input', '-Infinity'],
    ['[1/0, {"a": 0/0}]', ['Infinity', { a: 'NaN' }]],
    ['1e308 * 10', 'Infinity'],
    ['$parseInteger("abc", "0")', 'NaN'],
  ])('%s is text, JSON has no such number', async (expression, wanted) => {
    expect(await value(expression, 0)).toEqual(wanted);
  });
});

describe('results', () => {
  test('are plain JSON: lists of a path do not flatten later, objects have their usual prototype', async () => {
    const states = {
      A: { Type: 'Pass', Assign: { list: '{% $states.input.a %}', all: '{% $states.input.a.b %}' }, Next: 'B' },
      B: { Type: 'Pass', Output: { nested: '{% [[$all], $list] %}', count: '{% $count($all) %}' }, End: true },
    };
    const { result } = await run(machine(states), undefined, { input: { a: [{ b: 1 }, { b: 2 }] } });
    expect(result.output).toStrictEqual({ nested: [[1, 2], { b: 1 }, { b: 2 }], count: 2 });
    expect(await value('$merge([{"a": {"b": 1}}, {}])')).toStrictEqual({ a: { b: 1 } });
  });

  test("a variable of a function's name hides it", async () => {
    const states = {
      A: { Type: 'Pass', Assign: { lookup: 1 }, Next: 'B' },
      B: { Type: 'Pass', Output: '{% $lookup({"a": 1}, "a") %}', End: true },
    };
    expect((await run(machine(states))).result.cause).toMatch(/T1006/);
  });

  test('a binding in an expression ends with it', async () => {
    expect(await value('($x := 2; $x * $x)')).toBe(4);
  });
});
