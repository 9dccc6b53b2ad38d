import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../../lib/protocol/json.ts';
import { machine, run } from '../harness.ts';

const END: JsonObject = { Type: 'Pass', End: true };

describe('Pass', () => {
  test('passes its input on, or its Output', async () => {
    expect((await run(machine({ A: END }), undefined, { input: 5 })).result.output).toBe(5);
    const states = { A: { ...END, Output: { at: ['{% $states.input %}', '{x%}', '{% "{% x %}" %}'] } } };
    expect((await run(machine(states), undefined, { input: 5 })).result.output).toEqual({ at: [5, '{x%}', '{% x %}'] });
  });

  test('keeps keys that are special in JavaScript objects', async () => {
    const { result } = await run(
      machine({ A: { ...END, Output: JSON.parse('{"__proto__": "{% 1 %}", "constructor": 2}') } }),
    );
    expect(JSON.stringify(result.output)).toBe('{"__proto__":1,"constructor":2}');
  });
});

describe('Succeed', () => {
  test('ends with its Output', async () => {
    const { result } = await run(machine({ A: { Type: 'Succeed', Output: '{% $states.input * 2 %}' } }), undefined, {
      input: 4,
    });
    expect(result).toMatchObject({ status: 'SUCCEEDED', output: 8 });
  });
});

describe('Fail', () => {
  test('fails with its evaluated Error and Cause', async () => {
    const { result, types } = await run(
      machine({ A: { Type: 'Fail', Error: '{% "E" & $states.input %}', Cause: 'so' } }),
      undefined,
      { input: '1' },
    );
    expect(result).toMatchObject({ status: 'FAILED', error: 'E1', cause: 'so' });
    expect(types).toEqual(['ExecutionStarted', 'FailStateEntered', 'ExecutionFailed']);
  });

  test('an Error that is not a string fails with States.QueryEvaluationError', async () => {
    const { result } = await run(machine({ A: { Type: 'Fail', Error: '{% 1 %}' } }));
    expect(result.error).toBe('States.QueryEvaluationError');
    expect(result.cause).toMatch(
      /'Error' returned an unexpected result type. Expected 'string', but was 'number' for value: 1$/,
    );
  });
});

describe('Choice', () => {
  const choose = (choices: readonly JsonObject[], more: JsonObject = {}, input: Json = {}) =>
    run(
      machine({
        A: { Type: 'Choice', Choices: [...choices], ...more },
        B: { ...END, Output: ['B', '{% $states.input %}', '{% $v %}'] },
      }),
      undefined,
      {
        input,
      },
    );

  test('takes the first rule that holds, with its own Assign and Output', async () => {
    const rules = [
      { Condition: '{% $states.input > 5 %}', Assign: { v: 'big' }, Next: 'B' },
      { Condition: true, Assign: { v: 'small' }, Output: 'out', Next: 'B' },
    ];
    expect((await choose(rules, {}, 9)).result.output).toEqual(['B', 9, 'big']);
    expect((await choose(rules, {}, 1)).result.output).toEqual(['B', 'out', 'small']);
  });

  test('Default has the Assign and Output of the state', async () => {
    const more = { Default: 'B', Assign: { v: 'none' }, Output: { was: '{% $states.input %}' } };
    expect((await choose([{ Condition: false, Next: 'B' }], more, 3)).result.output).toEqual(['B', { was: 3 }, 'none']);
  });

  test('fails without a rule that holds and without Default', async () => {
    const { result } = await choose([{ Condition: '{% false %}', Next: 'B' }]);
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.NoChoiceMatched' });
  });

  test('fails with a Condition that is not a boolean', async () => {
    const { result } = await choose([{ Condition: '{% "yes" %}', Next: 'B' }]);
    expect(result.cause).toMatch(
      /field 'Choices\[0\]\/Condition' returned an unexpected result type. Expected 'boolean', but was 'string'/,
    );
  });
});

describe('Wait', () => {
  const wait = (more: JsonObject, input: Json = {}) =>
    run(machine({ A: { Type: 'Wait', End: true, ...more } }), undefined, { input });

  test('for seconds', async () => {
    expect((await wait({ Seconds: 90 })).result.stopMs).toBe(90_000);
    expect((await wait({ Seconds: '{% $states.input %}' }, 7)).result).toMatchObject({ stopMs: 7000, output: 7 });
  });

  test('until a time, which may have passed', async () => {
    expect((await wait({ Timestamp: '1970-01-01T00:01:00Z' })).result.stopMs).toBe(60_000);
    expect((await wait({ Timestamp: '{% "1970-01-01T01:00:10.5+01:00" %}' })).result.stopMs).toBe(10_500);
    expect((await wait({ Timestamp: '1969-01-01T00:00:00Z' })).result.stopMs).toBe(0);
  });

  test.each(['1970-02-30T00:00:00Z', '1970-01-01', '1970-01-01T00:00:00', '1970-01-01 00:00:00Z', 'soon'])(
    '%s is no time',
    async (text) => {
      const { result } = await wait({ Timestamp: '{% $states.input %}' }, text);
      expect(result.cause).toMatch(
        new RegExp(`cannot be parsed as an ISO-8601 extended offset date-time format string: ${text}$`),
      );
    },
  );

  test.each([
    [-1, 'a non-negative integer'],
    [1.5, 'a non-negative integer'],
    [1e8, 'an integer of at most 99999999'],
  ])('%d seconds are not waited for', async (seconds, wanted) => {
    const { result } = await wait({ Seconds: '{% $states.input %}' }, seconds);
    expect(result.error).toBe('States.QueryEvaluationError');
    expect(result.cause).toContain(`The Seconds field must be ${wanted} but was: ${seconds}`);
  });
});
