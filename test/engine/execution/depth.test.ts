import { describe, expect, test } from 'vitest';
import { DEPTH_LIMIT, loadStateMachine, tooDeepAt } from '../../../lib/engine/index.ts';
import type { Json, JsonObject } from '../../../lib/protocol/json.ts';
import { machine, run, task } from '../harness.ts';

/** A value of so many levels. */
function nested(levels: number, wrap: (value: Json) => Json = (value) => [value], leaf: Json = 1): Json {
  let value = leaf;
  for (let level = 0; level < levels; level++) value = wrap(value);
  return value;
}

const pass = (more: JsonObject): JsonObject => ({ Type: 'Pass', End: true, ...more });
const paths = (state: JsonObject): JsonObject => ({ StartAt: 'A', States: { A: state } });
const THOUSANDS = 5000;

test('the limit is the number of levels', () => {
  expect(tooDeepAt(nested(DEPTH_LIMIT))).toBeUndefined();
  expect(tooDeepAt(nested(DEPTH_LIMIT + 1))).toHaveLength(DEPTH_LIMIT);
  expect(tooDeepAt({ a: 1, b: [nested(THOUSANDS)] })?.slice(0, 3)).toEqual(['b', '0', '0']);
});

describe('a definition that is too deep is refused with its place', () => {
  let number = 0;
  const inParallel = (state: Json): Json => {
    const name = `S${number++}`;
    return { Type: 'Parallel', Branches: [{ StartAt: name, States: { [name]: state } }], End: true };
  };
  const rule: Json = { Variable: '$.x', IsNull: true };
  const inNot = (inner: Json): Json => ({ Not: inner });

  test.each<[string, string, JsonObject]>([
    ['a payload', 'Parameters', pass({ Parameters: nested(THOUSANDS, (value) => ({ a: value })) })],
    ['a result', 'Result', pass({ Result: nested(THOUSANDS) })],
    ['a comment', 'Comment', pass({ Comment: nested(THOUSANDS) })],
    ['a Choice rule', 'Choices', { Type: 'Choice', Choices: [nested(THOUSANDS, inNot, rule)], Default: 'A' }],
    ['a Parallel', 'Branches', nested(THOUSANDS, inParallel, pass({})) as JsonObject],
  ])('%s', (_, field, state) => {
    expect(() => loadStateMachine(paths(state))).toThrow(
      expect.objectContaining({
        problems: [
          expect.objectContaining({
            message: 'Definition is nested more than 1000 levels deep',
            location: `/States/A/${field}`,
            pointer: `/States/A/${field}`,
          }),
        ],
      }),
    );
  });

  test('and one within the limit is loaded', () => {
    expect(loadStateMachine({ StartAt: 'A', States: { A: nested(240, inParallel, pass({})) } })).toBeDefined();
    expect(loadStateMachine({ StartAt: 'A', States: { A: pass({ Parameters: nested(900) as never }) } })).toBeDefined();
  });
});

describe('an expression that is too deep is refused with its place', () => {
  const times = (text: string): string => text.repeat(THOUSANDS);
  test.each([
    ['parentheses', `${times('(')}1${times(')')}`],
    ['lists', `${times('[')}1${times(']')}`],
    ['objects', `${times('{"a":')}1${times('}')}`],
    ['sums', `1${times('+1')}`],
    ['comparisons', `true${times(' and true')}`],
    ['conditions', `${times('true ? 1 : ')}1`],
    ['calls', `${times('$string(')}1${times(')')}`],
    ['functions', `${times('function($x) {')}1${times('}')}`],
    ['predicates', `$states.input${times('[a')}${times(']')}`],
    ['chains', `1${times(' ~> $string')}`],
  ])('%s', (_, expression) => {
    expect(() => loadStateMachine(machine({ A: pass({ Output: { v: `{% ${expression} %}` } }) }))).toThrow(
      expect.objectContaining({
        problems: [
          expect.objectContaining({
            code: 'INVALID_JSONATA_EXPRESSION',
            message: 'Expression is nested more than 1000 levels deep',
            pointer: '/States/A/Output/v',
          }),
        ],
      }),
    );
  });

  test('a long path is not deep', () => {
    const expression = `$exists($states.input${'.a'.repeat(5000)})`;
    expect(() => loadStateMachine(machine({ A: pass({ Output: `{% ${expression} %}` }) }))).not.toThrow();
  });
});

describe('data that is too deep fails the execution', () => {
  const text = `${'['.repeat(THOUSANDS)}${']'.repeat(THOUSANDS)}`;
  const TOO_DEEP = { error: 'States.Runtime', cause: 'A value is nested more than 1000 levels deep.' };

  test('its input', async () => {
    expect((await run(machine({ A: pass({}) }), undefined, { input: nested(THOUSANDS) })).result).toMatchObject(
      TOO_DEEP,
    );
  });

  test('the result of a task', async () => {
    expect((await run(machine({ A: task() }), () => nested(THOUSANDS))).result).toMatchObject(TOO_DEEP);
  });

  test('what a loop makes', async () => {
    const states = {
      A: { Type: 'Pass', Output: { in: '{% $states.input %}' }, Next: 'B' },
      B: { Type: 'Choice', Choices: [{ Condition: false, Next: 'C' }], Default: 'A' },
      C: { Type: 'Succeed' },
    };
    expect((await run(machine(states))).result).toMatchObject(TOO_DEEP);
  });

  test.each(['$parse($states.input)', '$string($parse($states.input))', '$count($parse($states.input))'])(
    'what %s parses',
    async (expression) => {
      const { result } = await run(machine({ A: pass({ Output: `{% ${expression} %}` }) }), undefined, { input: text });
      expect(result).toMatchObject({
        error: 'States.QueryEvaluationError',
        cause: expect.stringMatching(/Invalid JSON$/),
      });
    },
  );

  test.each(['States.StringToJson($)', 'States.JsonToString(States.StringToJson($))'])(
    'what %s parses',
    async (call) => {
      const { result } = await run(paths(pass({ Parameters: { 'v.$': call } })), undefined, { input: text });
      expect(result).toMatchObject({ error: 'States.IntrinsicFailure' });
    },
  );
});
