import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../../lib/protocol/json.ts';
import { type Behaviour, run } from '../harness.ts';

const paths = (states: JsonObject): JsonObject => ({ StartAt: Object.keys(states)[0] ?? '', States: states });
const output = async (state: JsonObject, input: Json, behave?: Behaviour) =>
  (await run(paths({ A: { End: true, ...state } }), behave, { input })).result;
const task = { Type: 'Task', Resource: 'arn:aws:states:local:000000000000:test:call' };

describe('states in JSONPath', () => {
  test('select their input and output, and insert the result at ResultPath', async () => {
    const state = {
      ...task,
      InputPath: '$.in',
      Parameters: { 'v.$': '$.x', c: 1 },
      ResultSelector: { 'r.$': '$.y' },
      ResultPath: '$.out.r',
      OutputPath: '$.out',
    };
    const { output: found } = await output(state, { in: { x: 5 }, out: { old: 1 } }, ({ arguments: args }) => ({
      y: args,
    }));
    expect(found).toEqual({ old: 1, r: { r: { v: 5, c: 1 } } });
  });

  test('null discards: in InputPath the input, in ResultPath the result, in OutputPath the output', async () => {
    expect((await output({ ...task, InputPath: null }, 1, ({ arguments: args }) => args)).output).toEqual({});
    expect((await output({ ...task, ResultPath: null }, 1, () => 2)).output).toBe(1);
    expect((await output({ ...task, OutputPath: null }, 1, () => 2)).output).toEqual({});
  });

  test('read variables and the context object', async () => {
    const states = {
      A: { Type: 'Pass', Assign: { 'v.$': '$.x', w: [1] }, Next: 'B' },
      B: { Type: 'Pass', Parameters: { 'v.$': '$v', 'w.$': '$w[0]', 'name.$': '$$.State.Name' }, End: true },
    };
    expect((await run(paths(states), undefined, { input: { x: 'y' } })).result.output).toEqual({
      v: 'y',
      w: 1,
      name: 'B',
    });
  });

  test('a path without a value fails the execution and cannot be caught', async () => {
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'A' }];
    expect(await output({ ...task, Parameters: { 'v.$': '$.gone' }, Catch }, {})).toMatchObject({
      error: 'States.Runtime',
      cause:
        "An error occurred while executing the state 'A' (entered at the event id #2). The JSONPath '$.gone' specified for the field 'v.$' could not be found in the input '{}'",
    });
  });

  test('a Catch inserts the error output at its ResultPath', async () => {
    const states = {
      A: { ...task, Catch: [{ ErrorEquals: ['E'], ResultPath: '$.error', Next: 'B' }], End: true },
      B: { Type: 'Succeed' },
    };
    const { result } = await run(paths(states), () => ({ fail: 'E', cause: 'so' }), { input: { x: 1 } });
    expect(result.output).toEqual({ x: 1, error: { Error: 'E', Cause: 'so' } });
  });

  test('a Map takes its items from a path', async () => {
    const ItemProcessor = { StartAt: 'B', States: { B: { Type: 'Pass', End: true } } };
    const ItemSelector = { 'item.$': '$$.Map.Item.Value', 'all.$': '$.n' };
    const { output: found } = await output(
      { Type: 'Map', ItemsPath: '$.list', ItemSelector, ItemProcessor },
      { list: [1, 2], n: 2 },
    );
    expect(found).toEqual([
      { item: 1, all: 2 },
      { item: 2, all: 2 },
    ]);
    expect((await output({ Type: 'Map', ItemProcessor }, { n: 1 })).cause).toMatch(
      /Reference path "\$" must point to array\.$/,
    );
  });

  test('Parameters of a Map without ItemSelector are its older name, and otherwise its effective input', async () => {
    const Iterator = { StartAt: 'B', States: { B: { Type: 'Pass', End: true } } };
    const Parameters = { 'index.$': '$$.Map.Item.Index', 'item.$': '$$.Map.Item.Value', 'all.$': '$.n' };
    const older = { Type: 'Map', ItemsPath: '$.list', Parameters, Iterator };
    expect((await output(older, { list: ['a', 'b'], n: 2 })).output).toEqual([
      { index: 0, item: 'a', all: 2 },
      { index: 1, item: 'b', all: 2 },
    ]);
    const both = {
      Type: 'Map',
      Parameters: { 'items.$': '$.list[1:]', n: 1 },
      ItemsPath: '$.items',
      ItemSelector: { 'item.$': "States.Format('{}!', $$.Map.Item.Value)", 'n.$': '$.n' },
      ItemProcessor: Iterator,
    };
    expect((await output(both, { list: ['a', 'b'], n: 2 })).output).toEqual([{ item: 'b!', n: 1 }]);
  });

  test('Credentials hold paths and calls', async () => {
    const state = { ...task, Credentials: { 'RoleArn.$': "States.Format('arn:{}', $.role)" }, End: true };
    const { events } = await run(paths({ A: state }), undefined, { input: { role: 'r' } });
    expect(events.find(({ type }) => type === 'TaskScheduled')?.details.taskCredentials).toEqual({ RoleArn: 'arn:r' });
  });

  test('a Wait takes its seconds from a path', async () => {
    expect((await output({ Type: 'Wait', SecondsPath: '$.s' }, { s: 3 })).stopMs).toBe(3000);
    const { error, cause } = await output({ Type: 'Wait', SecondsPath: '$.s' }, { s: '3' });
    expect([error, cause]).toEqual(['States.Runtime', expect.stringMatching(/Expected 'number', but was 'string'/)]);
  });

  // AWS's message: LocalStack's test_wait_timestamp_path.
  test('a Wait fails if its path has no timestamp', async () => {
    const { error, cause } = await output({ Type: 'Wait', TimestampPath: '$.t' }, { t: '2030-13-01' });
    expect(error).toBe('States.Runtime');
    expect(cause).toMatch(
      /The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: \$\.t == 2030-13-01$/,
    );
  });
});

describe('Choice rules in JSONPath', () => {
  const input = { s: 'abc*', n: 5, b: true, nil: null, t: '2024-01-01T00:00:00Z', other: 5 };
  const holds = async (rule: JsonObject): Promise<boolean> => {
    const states = {
      A: { Type: 'Choice', Choices: [{ ...rule, Next: 'Yes' }], Default: 'No' },
      Yes: { Type: 'Succeed' },
      No: { Type: 'Fail' },
    };
    return (await run(paths(states), undefined, { input })).result.status === 'SUCCEEDED';
  };

  test.each<[JsonObject, boolean]>([
    [{ Variable: '$.s', StringEquals: 'abc*' }, true],
    [{ Variable: '$.n', StringEquals: '5' }, false],
    [{ Variable: '$.s', StringMatches: 'a*' }, true],
    [{ Variable: '$.s', StringMatches: 'abc\\*' }, true],
    [{ Variable: '$.s', StringMatches: 'a.c*' }, false],
    [{ Variable: '$.s', StringLessThan: 'abd' }, true],
    [{ Variable: '$.n', NumericGreaterThan: 5 }, false],
    [{ Variable: '$.n', NumericGreaterThanEquals: 5 }, true],
    [{ Variable: '$.n', NumericEqualsPath: '$.other' }, true],
    [{ Variable: '$.b', BooleanEquals: true }, true],
    [{ Variable: '$.t', TimestampLessThan: '2024-01-01T01:00:00+00:30' }, true],
    [{ Variable: '$.nil', IsNull: true }, true],
    [{ Variable: '$.gone', IsPresent: false }, true],
    [{ Variable: '$.n', IsNumeric: true }, true],
    [{ Variable: '$.t', IsTimestamp: true }, true],
    [{ Variable: '$.n', IsString: true }, false],
    [{ Not: { Variable: '$.b', IsBoolean: true } }, false],
    [
      {
        And: [
          { Variable: '$.b', BooleanEquals: true },
          { Variable: '$.n', NumericLessThan: 9 },
        ],
      },
      true,
    ],
    [
      {
        Or: [
          { Variable: '$.b', BooleanEquals: false },
          { Variable: '$.n', NumericLessThan: 9 },
        ],
      },
      true,
    ],
  ])('%j: %s', async (rule, wanted) => {
    expect(await holds(rule)).toBe(wanted);
  });
});
