import { describe, expect, test } from 'vitest';
import type { Json } from '../../../lib/runtime/json.ts';
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

describe('the functions that AWS adds', () => {
  test.each<[string, Json]>([
    ['$partition([1,2,3,4,5], 2)', [[1, 2], [3, 4], [5]]],
    ['$partition([1,2,3], 2.9)', [[1, 2], [3]]],
    ['$partition([], 2)', []],
    ['$range(0, 10, 5)', [0, 5, 10]],
    ['$range(3, 1, -1)', [3, 2, 1]],
    ['$range(1, 0, 1)', []],
    ['$hash("abc", "MD5")', '900150983cd24fb0d6963f7d28e17f72'],
    ['$hash("abc", "SHA-256")', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['$parse("{\\"a\\": [1, null]}")', { a: [1, null] }],
    ['$random()', 0.5],
    ['$random(7) = $random(7)', true],
    ['$random(7) = $random(8)', false],
    ['$uuid() = $uuid()', false],
    ['$length($uuid())', 36],
    ['$millis()', 0],
    ['$now()', '1970-01-01T00:00:00.000Z'],
    ['$now("[Y0001]/[M01]")', '1970/01'],
    ['$map(["1", "2"], $parse)', [1, 2]],
  ])('%s', async (expression, wanted) => {
    expect(await value(expression)).toEqual(wanted);
  });

  test.each([
    ['$partition([1], 0)', /D3137: Argument 2 of function "partition" must be a positive number$/],
    ['$range(1, 2, 0)', /D3137: Argument 3 of function "range" must not be zero$/],
    ['$hash("a", "CRC")', /D3137: Argument 2 of function "hash" must be one of MD5/],
    ['$parse("{")', /D3137: Argument 1 of function "parse" is not valid JSON$/],
    ['$eval("1")', /T1006: Attempted to invoke a non-function$/],
    ['$constructor()', /T1006: Attempted to invoke a non-function$/],
    ['$error("so")', /D3137: so$/],
    ['$partition([1], "2")', /T0410: Argument 2 of function "partition" does not match function signature$/],
    ['$parse(1)', /T0410: Argument 1 of function "parse" does not match function signature$/],
    ['$sum', /T1000: A function is no JSON value$/],
    ['1/0', /D1001/],
  ])('%s fails', async (expression, wanted) => {
    expect(await value(expression)).toMatch(wanted);
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
