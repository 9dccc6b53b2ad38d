import { describe, expect, test } from 'vitest';
import { loadStateMachine } from '../../../lib/engine/index.ts';
import { machine, run } from '../harness.ts';

const pass = (expression: string) => machine({ A: { Type: 'Pass', Output: { v: `{% ${expression} %}` }, End: true } });
const execute = async (expression: string, input = {}) => (await run(pass(expression), undefined, { input })).result;

test.each([
  '$sum',
  'function($x) { $x }',
  '[1, $sum]',
  '{"a": {"b": $sum}}',
  '$substring(?, 0, 1)',
  '/ab+/',
  '($f := function($x) { $x }; $f)',
  '$states.input.go ? $sum : 1',
])('a function is an unsupported result: %s', async (expression) => {
  expect(await execute(expression, { go: true })).toMatchObject({
    error: 'States.QueryEvaluationError',
    cause: `An error occurred while executing the state 'A' (entered at the event id #2). The JSONata expression '${expression}' specified for the field 'Output/v' returned an unsupported result type.`,
  });
});

describe('AWS has JSONata 2.0.6, without', () => {
  test.each([
    ['$states.input.a ?? 1', '?', 18],
    ['$states.input.a ?: 1', ':', 18],
    ['$states.input.a ??1', '?', 18],
    ['($f := function($x) { $x.a ?? 1 }; $f({}))', '?', 29],
    ['$states.input[a ?: b]', ':', 18],
    ['$states.input.{"a": b ?? "?:"}', '?', 24],
    ['[1, 2 ?? 3]', '?', 8],
  ])('%s', (expression, symbol, position) => {
    expect(() => loadStateMachine(pass(expression))).toThrow(
      expect.objectContaining({
        problems: [
          {
            code: 'INVALID_JSONATA_EXPRESSION',
            message: `The symbol "${symbol}" cannot be used as a unary operator`,
            location: '/States/A/Output/v',
            pointer: '/States/A/Output/v',
            help: `see character ${position} of '${expression}'`,
          },
        ],
      }),
    );
  });

  test.each([
    ['$states.input.a ? "??" : "?:"', '??'],
    ['"a ?? b"', 'a ?? b'],
    ['true ? 1 /* ?? ?: */ : 2', 1],
    ['$exists($states.input.`a ?? b`)', false],
  ])('but the same characters may stand elsewhere: %s', async (expression, wanted) => {
    expect((await execute(expression, { a: 1 })).output).toEqual({ v: wanted });
  });
});

describe('$base64decode', () => {
  test.each([
    ['$base64decode("bXlzdHJpbmc=")', 'mystring'],
    ['$base64decode("bXlzdHJpbmc")', 'mystring'],
    ['$base64decode("")', ''],
    ['"bXlzdHJpbmc=" ~> $base64decode', 'mystring'],
    ['$map(["YQ==", "Yg=="], $base64decode)', ['a', 'b']],
    ['$exists($base64decode($states.input.none))', false],
  ])('%s', async (expression, wanted) => {
    expect((await execute(expression)).output).toEqual({ v: wanted });
  });

  test.each(['"!!!"', '"YQ=="&"YQ=="', '"YQ="', '"Y"', '"a b"', '"YQ-_"', '1'])('of %s fails', async (text) => {
    expect(await execute(`$base64decode(${text})`)).toMatchObject({
      error: 'States.QueryEvaluationError',
      cause: expect.stringContaining('threw an error during evaluation'),
    });
  });
});

test('__proto__ is a key like any other', async () => {
  const input = JSON.parse('{"__proto__": {"a": 1}, "b": 2}');
  const states = {
    A: {
      Type: 'Pass',
      Assign: JSON.parse('{"s": "{% $states.input %}", "v": {"__proto__": "{% $states.input.b %}"}}'),
      Output: JSON.parse('{"__proto__": "{% $states.input.__proto__.a %}", "same": "{% $states.input %}"}'),
      Next: 'B',
    },
    B: {
      Type: 'Pass',
      Output: '{% {"in": $states.input, "own": $s.__proto__, "v": $v, "__proto__": $lookup($s, "__proto__")} %}',
      End: true,
    },
  };
  const { result } = await run(machine(states), undefined, { input });
  expect(JSON.stringify(result.output)).toBe(
    '{"in":{"__proto__":1,"same":{"__proto__":{"a":1},"b":2}},"own":{"a":1},"v":{"__proto__":2},"__proto__":{"a":1}}',
  );
});
