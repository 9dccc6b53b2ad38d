import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../../lib/protocol/json.ts';
import { run } from '../harness.ts';

const end = { Type: 'Pass', End: true };
const execute = async (states: JsonObject, input: Json) =>
  (await run({ StartAt: Object.keys(states)[0] ?? '', States: states }, undefined, { input })).result;

describe('a Choice', () => {
  const choice = (more: JsonObject, rule: JsonObject = { NumericEquals: 1 }): JsonObject => ({
    A: {
      Type: 'Choice',
      Choices: [{ Variable: '$.x', Next: 'Yes', ...rule }],
      Default: 'No',
      ...more,
    },
    Yes: end,
    No: { Type: 'Fail', Error: 'No' },
  });

  test('compares its effective input, which is its output', async () => {
    expect(await execute(choice({ InputPath: '$.in' }), { in: { x: 1 }, x: 2 })).toMatchObject({ output: { x: 1 } });
    expect(await execute(choice({ InputPath: '$.in' }), { in: { x: 2 }, x: 1 })).toMatchObject({ error: 'No' });
  });

  test('has its own OutputPath, whichever rule matches', async () => {
    const states = choice({ InputPath: '$.in', OutputPath: '$.out' });
    expect(await execute(states, { in: { x: 1, out: 'a' } })).toMatchObject({ output: 'a' });
    expect(await execute(choice({ OutputPath: null }), { x: 1 })).toMatchObject({ output: {} });
  });

  test('sees an empty object where InputPath is null', async () => {
    expect(await execute(choice({ InputPath: null }, { IsPresent: false }), { x: 1 })).toMatchObject({ output: {} });
  });

  test('compares with values of its effective input', async () => {
    const states = choice({ InputPath: '$.in' }, { NumericEqualsPath: '$.y' });
    expect(await execute(states, { in: { x: 3, y: 3 } })).toMatchObject({ output: { x: 3, y: 3 } });
  });

  test('assigns what the matched rule says, from the effective input', async () => {
    const states = choice(
      { InputPath: '$.in', Assign: { v: 'default' } },
      {
        NumericEquals: 1,
        Assign: { 'v.$': '$.x' },
      },
    );
    const Yes = { Type: 'Pass', Parameters: { 'v.$': '$v' }, End: true };
    expect(await execute({ ...states, Yes, No: Yes }, { in: { x: 1 } })).toMatchObject({ output: { v: 1 } });
    expect(await execute({ ...states, Yes, No: Yes }, { in: { x: 2 } })).toMatchObject({ output: { v: 'default' } });
  });
});

describe('a Wait', () => {
  test('takes its seconds and its time from the effective input', async () => {
    const seconds = { Type: 'Wait', InputPath: '$.in', SecondsPath: '$.s', OutputPath: '$.out', End: true };
    expect(await execute({ A: seconds }, { in: { s: 3, out: 1 }, s: 9 })).toMatchObject({ stopMs: 3000, output: 1 });
    const time = { Type: 'Wait', InputPath: '$.in', TimestampPath: '$.t', End: true };
    const in5Seconds = { t: '1970-01-01T00:00:05Z' };
    expect(await execute({ A: time }, { in: in5Seconds })).toMatchObject({ stopMs: 5000, output: in5Seconds });
  });

  test('has an empty object as its input where InputPath is null', async () => {
    expect(await execute({ A: { Type: 'Wait', InputPath: null, Seconds: 0, End: true } }, { s: 1 })).toMatchObject({
      output: {},
    });
  });
});

test('a Task takes its timeout from the effective input', async () => {
  const Task = { Type: 'Task', Resource: 'arn:aws:states:local:000000000000:test:call', End: true };
  const A = { ...Task, InputPath: '$.in', TimeoutSecondsPath: '$.t' };
  const { result } = await run({ StartAt: 'A', States: { A } }, () => ({ ms: 5000 }), {
    input: { in: { t: 2 }, t: 9 },
  });
  expect(result).toMatchObject({ error: 'States.Timeout', stopMs: 2000 });
});

test('the Result of a Pass may be null', async () => {
  expect(await execute({ A: { ...end, Result: null } }, 1)).toMatchObject({ output: null });
});

describe('ResultPath', () => {
  const insert = (path: string, input: Json) => execute({ A: { ...end, Result: 'r', ResultPath: path } }, input);

  test.each<[string, Json, Json]>([
    ['$', 1, 'r'],
    ['$.a', {}, { a: 'r' }],
    ['$.a', { a: 1, b: 2 }, { a: 'r', b: 2 }],
    ['$.a.b.c', { a: { d: 1 } }, { a: { d: 1, b: { c: 'r' } } }],
    ["$['a b']", {}, { 'a b': 'r' }],
    ['$.a[1]', { a: [1, 2, 3] }, { a: [1, 'r', 3] }],
    ['$[0].x', [{ y: 1 }], [{ y: 1, x: 'r' }]],
  ])('%s into %j', async (path, input, wanted) => {
    expect((await insert(path, input)).output).toEqual(wanted);
  });

  test.each<[string, Json]>([
    ['$.a', 'input1'],
    ['$.a', 1],
    ['$.a', null],
    ['$.a', [1]],
    ['$.a.b', { a: 'x' }],
    ['$.a.b', { a: null }],
    ['$.a[0]', {}],
    ['$.a[3]', { a: [1] }],
    ['$[0]', { a: 1 }],
  ])('%s into %j fails', async (path, input) => {
    expect(await insert(path, input)).toMatchObject({
      error: 'States.ReferencePathConflict',
      cause: expect.stringMatching(/Unable to apply ReferencePath \$.* to input /),
    });
  });

  test('which cannot be applied may be caught', async () => {
    const A = {
      Type: 'Task',
      Resource: 'arn:aws:states:local:000000000000:test:call',
      ResultPath: '$.a',
      Catch: [{ ErrorEquals: ['States.ReferencePathConflict'], Next: 'B' }],
      End: true,
    };
    const { output } = await execute({ A, B: { ...end, Result: 'caught' } }, 1);
    expect(output).toBe('caught');
  });

  test.each(['$.a[*]', '$..a', '$.a[0:1]', '$$.a', '$v.a', 'a', '$.a[?(@.b)]'])('%s is refused', async (path) => {
    await expect(insert(path, {})).rejects.toMatchObject({
      problems: [{ pointer: '/States/A/ResultPath', message: 'Value is not a Reference Path' }],
    });
  });
});

test('__proto__ is a key like any other', async () => {
  const input = JSON.parse('{"__proto__": {"a": 1}, "b": 2}');
  const Parameters = JSON.parse('{"__proto__": {"c.$": "$.__proto__.a"}, "d": {"__proto__.$": "$.b"}}');
  const A = { Type: 'Pass', Parameters, ResultPath: '$.__proto__.r', Assign: { 'v.$': '$' }, Next: 'B' };
  const B = { Type: 'Pass', Parameters: { 'all.$': '$', 'v.$': '$v' }, End: true };
  const { output } = await execute({ A, B }, input);
  expect(JSON.stringify(output)).toBe(
    '{"all":{"__proto__":{"a":1,"r":{"__proto__":{"c":1},"d":{"__proto__":2}}},"b":2},"v":{"__proto__":{"c":1},"d":{"__proto__":2}}}',
  );
});
