import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isObject, type Json, type JsonObject } from '../../../lib/protocol/json.ts';
import { runs } from '../../chance.ts';
import { run } from '../harness.ts';

const pass = (call: Json): JsonObject => ({
  StartAt: 'A',
  States: { A: { Type: 'Pass', Parameters: { 'v.$': call }, End: true } },
});

const execute = async (call: string, input: Json = {}) => (await run(pass(call), undefined, { input })).result;

async function evaluate(call: string, input: Json = {}): Promise<Json | undefined> {
  const { output, cause } = await execute(call, input);
  if (cause !== undefined) throw new Error(cause);
  return isObject(output ?? null) ? (output as JsonObject).v : undefined;
}

// The examples of "Intrinsic functions for JSONPath states", AWS Step Functions developer guide.
test.each<[string, JsonObject, Json]>([
  ['States.Array($.Id)', { Id: 123456 }, [123456]],
  [
    'States.ArrayPartition($.inputArray,4)',
    { inputArray: [1, 2, 3, 4, 5, 6, 7, 8, 9] },
    [[1, 2, 3, 4], [5, 6, 7, 8], [9]],
  ],
  [
    'States.ArrayContains($.inputArray, $.lookingFor)',
    { inputArray: [1, 2, 3, 4, 5, 6, 7, 8, 9], lookingFor: 5 },
    true,
  ],
  ['States.ArrayRange(1, 9, 2)', {}, [1, 3, 5, 7, 9]],
  ['States.ArrayGetItem($.inputArray, $.index)', { inputArray: [1, 2, 3, 4, 5, 6, 7, 8, 9], index: 5 }, 6],
  ['States.ArrayLength($.inputArray)', { inputArray: [1, 2, 3, 4, 5, 6, 7, 8, 9] }, 9],
  ['States.ArrayUnique($.inputArray)', { inputArray: [1, 2, 3, 3, 3, 3, 3, 3, 4] }, [1, 2, 3, 4]],
  ['States.Base64Encode($.input)', { input: 'Data to encode' }, 'RGF0YSB0byBlbmNvZGU='],
  ['States.Base64Decode($.base64)', { base64: 'RGF0YSB0byBlbmNvZGU=' }, 'Data to encode'],
  [
    'States.Hash($.Data, $.Algorithm)',
    { Data: 'input data', Algorithm: 'SHA-1' },
    'aaff4a450a104cd177d28d18d74485e8cae074b7',
  ],
  [
    'States.JsonMerge($.json1, $.json2, false)',
    { json1: { a: { a1: 1, a2: 2 }, b: 2 }, json2: { a: { a3: 1, a4: 2 }, c: 3 } },
    { a: { a3: 1, a4: 2 }, b: 2, c: 3 },
  ],
  ['States.StringToJson($.escapedJsonString)', { escapedJsonString: '{"foo": "bar"}' }, { foo: 'bar' }],
  ['States.JsonToString($.unescapedJson)', { unescapedJson: { foo: 'bar' } }, '{"foo":"bar"}'],
  ['States.MathAdd($.value1, $.step)', { value1: 111, step: -1 }, 110],
  [
    'States.StringSplit($.inputString, $.splitter)',
    { inputString: '1,2,3,4,5', splitter: ',' },
    ['1', '2', '3', '4', '5'],
  ],
  [
    'States.StringSplit($.inputString, $.splitter)',
    { inputString: 'This.is+a,test=string', splitter: '.+,=' },
    ['This', 'is', 'a', 'test', 'string'],
  ],
  ["States.Format('Hello, my name is {}.', $.name)", { name: 'Arnav' }, 'Hello, my name is Arnav.'],
  [
    'States.Format($.template, $.name)',
    { name: 'Arnav', template: 'Hello, my name is {}.' },
    'Hello, my name is Arnav.',
  ],
  [
    "States.Format('{}.{}.{}', States.ArrayGetItem(States.StringSplit(States.ArrayGetItem(States.StringSplit($.ImageRecipe.Arn, '/'), 2), '.'), 0), States.ArrayGetItem(States.StringSplit(States.ArrayGetItem(States.StringSplit($.ImageRecipe.Arn, '/'), 2), '.'), 1), 'x')",
    { ImageRecipe: { Arn: 'a/b/c.d' } },
    'c.d.x',
  ],
])('%s', async (call, input, wanted) => {
  expect(await evaluate(call, input)).toEqual(wanted);
});

// Measured on AWS: LocalStack's tests of intrinsic functions.
test.each<[string, Json, Json]>([
  ['States.StringToJson($)', '', null],
  ['States.StringToJson($)', ' ', null],
  ['States.StringToJson($)', '[1, 2, "x"]', [1, 2, 'x']],
  ['States.StringSplit($, $$.State.Name)', ' A ', [' ', ' ']],
  ["States.StringSplit($, ',')", ',,,,', []],
  ["States.StringSplit($, ',')", ', , ,', [' ', ' ']],
  ["States.StringSplit($, '::')", 'AWS::Route53::Rule', ['AWS', 'Route53', 'Rule']],
  ["States.StringSplit($, '')", 'abc', ['abc']],
  ["States.Format('{}', $)", null, 'null'],
  ["States.Format('{}', $)", 1.1, '1.1'],
  ["States.Format('{}', $)", { Arg1: 1, Arg2: [] }, '{Arg1=1, Arg2=[]}'],
  ['States.ArrayPartition($, 2)', [], []],
  ['States.ArrayPartition($, 2.4)', [1, 2, 3], [[1, 2], [3]]],
  ['States.ArrayUnique($)', [null, null, true, 1, 1.1, [], [], { a: 1 }, { a: 1 }], [null, true, 1, 1.1, [], { a: 1 }]],
  ['States.Array()', null, []],
  ["States.Array($, 'x', 1, -2.5, 1e3, true, null, States.Array())", 0, [0, 'x', 1, -2.5, 1000, true, null, []]],
  ['States.MathAdd(1.5, -1.5)', null, 1],
  ['States.ArrayRange(9, 1, -4)', null, [9, 5, 1]],
  ['States.ArrayRange(1, 9, -1)', null, []],
])('%s of %j', async (call, input, wanted) => {
  expect(await evaluate(call, input)).toEqual(wanted);
});

describe('arguments', () => {
  test('are paths of the input, of the context object and of variables', async () => {
    const states = {
      A: { Type: 'Pass', Assign: { 'v.$': 'States.Array($.list[*].a)' }, Next: 'B' },
      B: {
        Type: 'Pass',
        Parameters: {
          'v.$': "States.Format('{} {} {} {}', $.list[?(@.a > 1)].a , $$.State.Name,$v[0][1],$.['x, y)'])",
        },
        End: true,
      },
    };
    const input = { list: [{ a: 1 }, { a: 2 }], 'x, y)': 'z' };
    expect((await run({ StartAt: 'A', States: states }, undefined, { input })).result.output).toEqual({
      v: '[2] B 2 z',
    });
  });

  test('escape quotes, braces and backslashes', async () => {
    expect(await evaluate(String.raw`States.Format('it\'s \{{}\} \\', 1)`)).toBe("it's {1} \\");
    expect(await evaluate(String.raw`States.Array('it\'s \{\} \\')`)).toEqual(["it's {} \\"]);
    expect(await evaluate(`States.StringToJson('{"a": {}}')`)).toEqual({ a: {} });
  });

  test('a text round-trips through its escapes', async () => {
    const property = fc.asyncProperty(fc.string(), async (text) => {
      const written = text.replace(/[\\'{}]/g, String.raw`\$&`);
      expect(await evaluate(`States.Array('${written}', States.Format('${written}'))`)).toEqual([text, text]);
    });
    await fc.assert(property, { numRuns: runs(100) });
  });
});

test('functions are available in all payloads, and in the paths of Fail', async () => {
  const states = {
    A: {
      Type: 'Task',
      Resource: 'arn:aws:states:local:000000000000:test:call',
      Parameters: { list: [{ 'n.$': 'States.MathAdd(1, 1)' }] },
      ResultSelector: { 'n.$': 'States.ArrayLength($.list)' },
      Assign: { 'v.$': "States.Format('v{}', $.n)" },
      Next: 'B',
    },
    B: { Type: 'Fail', ErrorPath: "States.Format('E{}', $.n)", CausePath: '$v' },
  };
  const { result } = await run({ StartAt: 'A', States: states }, ({ arguments: args }) => args);
  expect(result).toMatchObject({ error: 'E1', cause: 'v1' });
});

test('random functions use the random numbers of the execution', async () => {
  const random = async (call: string, number: number) =>
    (await run(pass(call), undefined, { random: () => number })).result.output;
  expect(await random('States.MathRandom(1, 999)', 0)).toEqual({ v: 1 });
  expect(await random('States.MathRandom(1, 999)', 0.9999)).toEqual({ v: 998 });
  expect(await random('States.MathRandom(0, 1000, 42)', 0)).toEqual(
    await random('States.MathRandom(0, 1000, 42)', 0.5),
  );
  expect(await random('States.UUID()', 0)).toEqual({ v: '00000000-0000-4000-8000-000000000000' });
});

const long = 'x'.repeat(10_001);
test.each<[string, Json, string]>([
  [
    "States.Format('{} {}', 1)",
    {},
    'Invalid arguments in States.Format: number of arguments do not match the occurrences of {}',
  ],
  [
    "States.Format('{}', 1, 2)",
    {},
    'Invalid arguments in States.Format: number of arguments do not match the occurrences of {}',
  ],
  ['States.Format($)', 1, 'the template must be of type string'],
  ['States.StringToJson($)', '{', 'the text is not JSON of at most 1000 levels'],
  ['States.StringToJson($)', 1, 'argument 1 must be of type string, but was number'],
  ['States.ArrayPartition($, 0)', [1], 'the size of the parts must be positive, but was 0'],
  ['States.ArrayPartition($, 1)', 'x', 'argument 1 must be of type array, but was string'],
  ['States.ArrayRange(1, 2, 0)', {}, 'the step must not be 0'],
  ['States.ArrayRange(1, 1001, 1)', {}, 'the list has 1001 items, at most 1000 are allowed'],
  ['States.ArrayGetItem($, 1)', [1], 'there is no item at index 1 of a list of 1'],
  ['States.ArrayGetItem($, -1)', [1], 'there is no item at index -1 of a list of 1'],
  ['States.ArrayLength($)', {}, 'argument 1 must be of type array, but was object'],
  ['States.Base64Decode($)', '!!!', 'the text is not Base64'],
  ['States.Base64Decode($)', long, 'the text has 10001 characters, at most 10000 are allowed'],
  ['States.Base64Encode($)', long, 'the text has 10001 characters, at most 10000 are allowed'],
  ["States.Hash($, 'MD5')", long, 'the text has 10001 characters, at most 10000 are allowed'],
  ["States.Hash($, 'md5')", 'x', 'the algorithm must be one of MD5, SHA-1, SHA-256, SHA-384, SHA-512'],
  ['States.JsonMerge($, $, true)', {}, 'argument 3 must be false: there is no deep merge'],
  ['States.JsonMerge($, $, false)', [], 'arguments 1 and 2 must be of type object'],
  ["States.MathAdd('1', 2)", {}, 'argument 1 must be of type number, but was string'],
  ['States.MathAdd(2147483647, 1)', {}, 'the number 2147483648 is not between -2147483648 and 2147483647'],
  ['States.MathRandom(2, 2)', {}, 'the start 2 must be less than the end 2'],
])('%s of a wrong value fails with States.IntrinsicFailure', async (call, input, why) => {
  expect(await execute(call, input)).toMatchObject({
    error: 'States.IntrinsicFailure',
    cause: `An error occurred while executing the state 'A' (entered at the event id #2). The function '${call}' had the following error: ${why}`,
  });
});

// Measured on AWS: floci-io/floci, tests of missing arguments.
test('an argument without a value fails with States.Runtime', async () => {
  expect(await execute("States.Format('{}', $.nope)", { other: 1 })).toMatchObject({
    error: 'States.Runtime',
    cause:
      "An error occurred while executing the state 'A' (entered at the event id #2). The function 'States.Format('{}', $.nope)' had the following error: The JsonPath argument for the field '$.nope' could not be found in the input '{\"other\":1}'",
  });
});

test('a Catch handles States.IntrinsicFailure', async () => {
  const states = {
    A: {
      Type: 'Task',
      Resource: 'arn:aws:states:local:000000000000:test:call',
      Parameters: { 'v.$': 'States.StringToJson($.text)' },
      Catch: [{ ErrorEquals: ['States.IntrinsicFailure'], ResultPath: null, Next: 'B' }],
      End: true,
    },
    B: { Type: 'Succeed' },
  };
  const { result } = await run({ StartAt: 'A', States: states }, undefined, { input: { text: '{' } });
  expect(result.output).toEqual({ text: '{' });
});

test.each<[Json, RegExp]>([
  ['States.Nope()', /there is no intrinsic function States\.Nope at character 12/],
  ['States.UUID', /expected \( at character 12/],
  ['States.UUID(', /expected a path, a text in single quotes or a number/],
  ['States.UUID() ', /expected nothing more/],
  ['States.UUID(1)', /States\.UUID has 0 arguments, but 1 were given/],
  ['States.MathRandom(1)', /States\.MathRandom has 2 to 3 arguments, but 1 were given/],
  ['States.Format()', /States\.Format has at least 1 arguments, but 0 were given/],
  ["States.Array('a)", /the text has no closing quote/],
  ['States.Array("a")', /expected a path, a text in single quotes or a number/],
  ['States.Array(1 2)', /expected \)/],
  ['States.Array(1,)', /expected a path/],
  ['States.Array(01)', /expected/],
  ['States.Array($.a[)', /expected a name or an index/],
  [String.raw`States.Array('a\n')`, /a backslash may only stand before/],
  [`${'States.Array('.repeat(11)}${')'.repeat(11)}`, /at most 10 intrinsic functions/],
  [`${'States.Array('.repeat(5000)}${')'.repeat(5000)}`, /at most 10 intrinsic functions/],
  ['text', /a path begins with '\$'/],
  [1, /as a text/],
])('%s is refused with its place', async (call, help) => {
  await expect(run(pass(call))).rejects.toMatchObject({
    problems: [
      {
        code: 'SCHEMA_VALIDATION_FAILED',
        pointer: '/States/A/Parameters/v.$',
        message: "The value for the field 'v.$' must be a valid JSONPath or a valid intrinsic function call",
        help: expect.stringMatching(help),
      },
    ],
  });
});

test('lists are taken apart and put together', async () => {
  const list = fc.array(fc.constantFrom<Json[]>(null, true, 0, 'x', [1], { a: 1 }), { maxLength: 8 });
  const property = fc.asyncProperty(list, fc.integer({ min: 1, max: 9 }), async (items, size) => {
    const parts = await evaluate('States.ArrayPartition($.items, $.size)', { items, size });
    expect((parts as Json[][]).flat()).toEqual(items.flatMap((item) => [item]));
    const unique = await evaluate('States.ArrayUnique($)', items);
    expect(unique).toEqual([...new Set(items.map((item) => JSON.stringify(item)))].map((text) => JSON.parse(text)));
    for (const item of items)
      expect(await evaluate('States.ArrayContains($.items, $.item)', { items, item })).toBe(true);
  });
  await fc.assert(property, { numRuns: runs(50) });
});
