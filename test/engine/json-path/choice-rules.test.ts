import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DefinitionError, loadStateMachine } from '../../../lib/engine/index.ts';
import type { Json, JsonObject } from '../../../lib/protocol/json.ts';

const choice = (rule: JsonObject): JsonObject => ({
  StartAt: 'A',
  States: { A: { Type: 'Choice', Choices: [{ Next: 'B', ...rule }] }, B: { Type: 'Succeed' } },
});

/** The problems of a rule, each as its place below the rule and its message. */
function problems(rule: JsonObject): readonly string[] {
  try {
    loadStateMachine(choice(rule));
    return [];
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    return error.problems.map(({ pointer, message }) => `${pointer.replace('/States/A/Choices/0', '')}: ${message}`);
  }
}

const orders = ['Equals', 'LessThan', 'LessThanEquals', 'GreaterThan', 'GreaterThanEquals'];
const time = '2024-01-01T00:00:00Z';
/** All operators, each with the literals that it takes. */
const operators: ReadonlyMap<string, Json> = new Map<string, Json>([
  ...orders.flatMap((order): [string, Json][] => [
    [`String${order}`, 'x'],
    [`Numeric${order}`, 1],
    [`Timestamp${order}`, time],
    [`String${order}Path`, '$.y'],
    [`Numeric${order}Path`, '$.y'],
    [`Timestamp${order}Path`, '$.y'],
  ]),
  ['BooleanEquals', true],
  ['BooleanEqualsPath', '$.y'],
  ['StringMatches', 'x*'],
  ...['IsNull', 'IsPresent', 'IsNumeric', 'IsString', 'IsBoolean', 'IsTimestamp'].map((key): [string, Json] => [
    key,
    true,
  ]),
]);

test.each([...operators])('%s takes %j', (key, operand) => {
  expect(problems({ Variable: '$.x', [key]: operand })).toEqual([]);
  expect(problems({ And: [{ Variable: '$.x', [key]: operand }] })).toEqual([]);
});

const kinds: readonly Json[] = ['text', 1, true, null, [], {}];
test.each([...operators])('%s refuses operands of other types than that of %j', (key, operand) => {
  for (const other of kinds) {
    if (typeof other === typeof operand) continue;
    expect(problems({ Variable: '$.x', [key]: other })).toEqual([
      expect.stringMatching(new RegExp(`^/${key}: Expected value of type \\[(STRING|NUMBER|BOOLEAN)\\]$`)),
    ]);
  }
});

test('a timestamp must be one', () => {
  expect(problems({ Variable: '$.x', TimestampEquals: 'yesterday' })).toEqual([
    '/TimestampEquals: String does not match RFC3339 timestamp',
  ]);
});

test.each([
  'BooleanLessThan',
  'NumericMatches',
  'StringMatchesPath',
  'BooleanMatches',
  'TimestampMatches',
  'IsArray',
  'toString',
])('the unknown operator %s is refused with its place', (key) => {
  expect(problems({ Variable: '$.x', [key]: true })).toContain(`/${key}: Field '${key}' is not supported`);
  expect(problems({ Not: { Variable: '$.x', [key]: true } })).toContain(`/Not/${key}: Field '${key}' is not supported`);
});

test('a rule has one operator', () => {
  const pair = fc.uniqueArray(fc.constantFrom(...operators.keys()), { minLength: 2, maxLength: 2 });
  fc.assert(
    fc.property(pair, (keys) => {
      const rule = Object.fromEntries(keys.map((key) => [key, operators.get(key) ?? null]));
      const message = `There should only be one of the following fields: [${keys.join(', ')}]`;
      expect(problems({ Variable: '$.x', ...rule })).toEqual([`: ${message}`]);
      expect(problems({ Or: [{ Variable: '$.x', ...rule }] })).toEqual([`/Or/0: ${message}`]);
    }),
  );
  expect(problems({ Variable: '$.x' })).toEqual([': This object should have only one of the comparison operators']);
});

describe('a rule has one condition', () => {
  const ONE = 'The object must have only one of the following fields, [And, Or, Not, Variable, Condition]';
  const test_ = { Variable: '$.x', IsNull: true };
  test.each<[JsonObject, string]>([
    [{ And: [test_], Or: [test_] }, `: ${ONE}`],
    [{ ...test_, Not: test_ }, `: ${ONE}`],
    [{}, `: ${ONE}`],
    [{ And: [{}] }, `/And/0: ${ONE}`],
    [{ And: [] }, '/And: Value cannot be empty'],
    [{ Or: [test_, 1] }, '/Or/1: Expected value of type [OBJECT]'],
    [{ Not: [test_] }, '/Not: Expected value of type [OBJECT]'],
    [{ And: [test_], StringEquals: 'x' }, "/StringEquals: Field 'StringEquals' is not supported"],
    [{ Not: { ...test_, Next: 'B' } }, "/Not/Next: Field 'Next' is not supported"],
    [{ IsNull: true, Variable: 'x' }, "/Variable: Value is not a Reference Path: Reference path didn't start with '$'"],
    [
      { StringEqualsPath: 'x', Variable: '$.x' },
      "/StringEqualsPath: Value is not a Reference Path: Reference path didn't start with '$'",
    ],
  ])('%j', (rule, wanted) => {
    expect(problems(rule)).toContain(wanted);
  });
});
