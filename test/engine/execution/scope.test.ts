import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../lib/protocol/json.ts';
import { machine, run, task } from '../harness.ts';

const pass = (more: JsonObject): JsonObject => ({ Type: 'Pass', End: true, ...more });
const branch = (states: JsonObject): JsonObject => ({ StartAt: Object.keys(states)[0] ?? '', States: states });

describe('variables', () => {
  test('a branch reads outer variables, and what it assigns ends with it', async () => {
    const inner = branch({
      B: { Type: 'Pass', Assign: { own: '{% $outer & "!" %}' }, Next: 'C' },
      C: pass({ Output: ['{% $outer %}', '{% $own %}'] }),
    });
    const states = {
      A: { Type: 'Pass', Assign: { outer: 'x' }, Next: 'P' },
      P: { Type: 'Parallel', Branches: [inner], Next: 'D' },
      D: pass({ Output: { inner: '{% $states.input %}', own: '{% $exists($own) %}' } }),
    };
    expect((await run(machine(states))).result.output).toEqual({ inner: [['x', 'x!']], own: false });
  });

  test('branches and iterations may use the same name without seeing each other', async () => {
    const one = (name: string) =>
      branch({
        [name]: { Type: 'Pass', Assign: { own: '{% $states.context.State.Name %}' }, Next: `${name}2` },
        [`${name}2`]: pass({ Output: '{% $own %}' }),
      });
    const { result } = await run(machine({ P: { Type: 'Parallel', Branches: [one('B'), one('C')], End: true } }));
    expect(result.output).toEqual(['B', 'C']);
    const iterated = branch({
      I: { Type: 'Pass', Assign: { own: '{% $states.input %}' }, Next: 'J' },
      J: pass({ Output: '{% $own %}' }),
    });
    const map = { Type: 'Map', Items: [1, 2, 3], ItemProcessor: iterated, End: true };
    expect((await run(machine({ M: map }))).result.output).toEqual([1, 2, 3]);
  });

  test('all expressions of a state see the values from before its Assign', async () => {
    const states = {
      A: { Type: 'Pass', Assign: { x: 1, y: 2 }, Next: 'B' },
      B: { Type: 'Pass', Assign: { x: '{% $y %}', y: '{% $x %}' }, Output: ['{% $x %}', '{% $y %}'], Next: 'C' },
      C: pass({ Output: ['{% $states.input %}', '{% $x %}', '{% $y %}'] }),
    };
    expect((await run(machine(states))).result.output).toEqual([[1, 2], 2, 1]);
  });

  test('a value of null is a value', async () => {
    const states = {
      A: { Type: 'Pass', Assign: { x: null }, Next: 'B' },
      B: pass({ Output: ['{% $x %}', '{% $exists($x) %}'] }),
    };
    expect((await run(machine(states))).result.output).toEqual([null, true]);
  });

  test('an unassigned one makes an expression without a result', async () => {
    const { result } = await run(machine({ A: pass({ Output: { b: ['{% $gone %}'] } }) }));
    expect(result.cause).toBe(
      "An error occurred while executing the state 'A' (entered at the event id #2). The JSONata expression '$gone' " +
        "specified for the field 'Output/b[0]' returned nothing (undefined).",
    );
  });
});

describe('the context object', () => {
  test('describes the execution, the state and the state machine', async () => {
    const states = { A: { Type: 'Wait', Seconds: 5, Next: 'B' }, B: pass({ Output: '{% $states.context %}' }) };
    const { result } = await run(machine(states), undefined, { input: { x: 1 }, name: 'n', stateMachineName: 'm' });
    expect(result.output).toEqual({
      Execution: {
        Id: 'arn:aws:states:local:000000000000:execution:m:n',
        Input: { x: 1 },
        Name: 'n',
        RedriveCount: 0,
        RoleArn: expect.stringMatching(/^arn:aws:iam::/),
        StartTime: '1970-01-01T00:00:00.000Z',
      },
      State: { EnteredTime: '1970-01-01T00:00:05.000Z', Name: 'B' },
      StateMachine: { Id: 'arn:aws:states:local:000000000000:stateMachine:m', Name: 'm' },
    });
  });

  test('counts the retries of a Task, and has no such count in other states', async () => {
    const Output = '{% $states.context.State %}';
    const Branches = [{ StartAt: 'B', States: { B: { Type: 'Succeed' } } }];
    const others = [{ Type: 'Pass' }, { Type: 'Wait', Seconds: 0 }, { Type: 'Parallel', Branches }];
    for (const state of others) {
      const { result } = await run(machine({ A: { ...state, Output, End: true } }));
      expect(result.output).toEqual({ EnteredTime: expect.any(String), Name: 'A' });
    }
    const { result } = await run(machine({ A: task({ Output }) }));
    expect(result.output).toEqual({ EnteredTime: expect.any(String), Name: 'A', RetryCount: 0 });
  });
});
