import { describe, expect, test } from 'vitest';
import { DefinitionError, loadStateMachine } from '../../lib/engine/index.ts';
import type { Json, JsonObject } from '../../lib/runtime/json.ts';
import { machine, task } from './harness.ts';

/** All problems of a definition, `pointer: message`. */
function problems(definition: JsonObject): string[] {
  try {
    loadStateMachine(definition);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof DefinitionError)) throw thrown;
    return thrown.problems.map(({ pointer, message }) => `${pointer}: ${message}`);
  }
}

const pass = (more: JsonObject = {}): JsonObject => ({ Type: 'Pass', End: true, ...more });

test('a definition is loaded once', () => {
  const definition = machine({ A: pass() });
  expect(loadStateMachine(definition)).toBe(loadStateMachine(definition));
});

test('all problems are told at once', () => {
  expect(problems({ StartAt: 'X', States: { A: { Type: 'Pass', Next: 'Y' }, B: { Type: 'Pss' } } })).toEqual([
    "/States/B/Type: found 'Pss', wanted one of Task, Pass, Choice, Wait, Succeed, Fail, Parallel, Map",
    "/StartAt: there is no state 'X' here; there are: A, B",
    "/States/A/Next: there is no state 'Y' here; there are: A, B",
    "/States/A: no state leads to 'A'",
    "/States/B: no state leads to 'B'",
  ]);
});

describe.each<[string, JsonObject, string]>([
  ['no StartAt', { States: { A: pass() } }, '/StartAt: wanted the first'],
  ['no States', { StartAt: 'A' }, '/States: wanted an object'],
  ['a state that is no object', machine({ A: 1 }), '/States/A: wanted a state'],
  ['neither Next nor End', machine({ A: { Type: 'Pass' } }), '/States/A: found neither Next nor End'],
  ['both Next and End', machine({ A: pass({ Next: 'A' }) }), '/States/A: found both Next and End'],
  ['a state that none leads to', machine({ A: pass(), B: pass() }), "/States/B: no state leads to 'B'"],
  [
    'a Default that is not there',
    machine({ A: { Type: 'Choice', Choices: [{ Condition: true, Next: 'A' }], Default: 'B' } }),
    "/States/A/Default: there is no state 'B'",
  ],
  [
    'a Choice without rules',
    machine({ A: { Type: 'Choice', Choices: [] } }),
    '/States/A/Choices: wanted a list of at least one rule',
  ],
  ['a Catch without Next', machine({ A: task({ Catch: [{ ErrorEquals: ['E'] }] }) }), '/States/A/Catch/0/Next: wanted'],
  [
    'a Catch without errors',
    machine({ A: task({ Catch: [{ ErrorEquals: [], Next: 'A' }] }) }),
    '/States/A/Catch/0/ErrorEquals: wanted',
  ],
  [
    'States.ALL among others',
    machine({ A: task({ Retry: [{ ErrorEquals: ['E', 'States.ALL'] }] }) }),
    '/States/A/Retry/0/ErrorEquals: States.ALL must stand alone',
  ],
  [
    'States.ALL before others',
    machine({ A: task({ Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['E'] }] }) }),
    '/States/A/Retry/0/ErrorEquals: States.ALL must come last',
  ],
  ['a rule that is no object', machine({ A: { Type: 'Choice', Choices: [1] } }), '/States/A/Choices/0: found number'],
  [
    'a negative number',
    machine({ A: task({ Retry: [{ ErrorEquals: ['E'], MaxAttempts: -1 }] }) }),
    '/States/A/Retry/0/MaxAttempts: found -1',
  ],
  ['a Task without Resource', machine({ A: { Type: 'Task', End: true } }), '/States/A/Resource: wanted'],
  ['a Wait for nothing', machine({ A: { Type: 'Wait', End: true } }), '/States/A: wanted either Seconds or Timestamp'],
  [
    'a Parallel without branches',
    machine({ A: { Type: 'Parallel', Branches: [], End: true } }),
    '/States/A/Branches: wanted',
  ],
  ['a Map without processor', machine({ A: { Type: 'Map', End: true } }), '/States/A/ItemProcessor: wanted'],
  [
    'Items that are no list',
    machine({ A: { Type: 'Map', Items: 1, ItemProcessor: { StartAt: 'B', States: { B: pass() } }, End: true } }),
    '/States/A/Items: found number, wanted array or a JSONata expression',
  ],
  [
    'a syntax error',
    machine({ A: pass({ Output: { 'x/y': ['{% $a + %}'] } }) }),
    "/States/A/Output/x~1y/0: the expression '$a +' is no JSONata: Unexpected end of expression at character 4",
  ],
  [
    'the same name in a branch',
    machine({ A: { Type: 'Parallel', Branches: [{ StartAt: 'A', States: { A: pass() } }], End: true } }),
    "/States/A/Branches/0/States/A: the state 'A' is also at /States/A",
  ],
  [
    'a name that is too long',
    machine({ ['n'.repeat(81)]: pass() }),
    `/States/${'n'.repeat(81)}: a name has 80 characters at most`,
  ],
  [
    'the variable $states',
    machine({ A: pass({ Assign: { states: 1 } }) }),
    "/States/A/Assign: found the variable 'states'",
  ],
  [
    'a variable of an outer scope',
    machine({
      A: {
        Type: 'Parallel',
        Assign: { v: 1 },
        Branches: [{ StartAt: 'B', States: { B: pass({ Assign: { v: 2 } }) } }],
        End: true,
      },
    }),
    "/States/A/Branches/0/States/B/Assign/v: the variable 'v' is assigned in an outer scope, at /States/A/Assign/v",
  ],
  [
    'JSONPath in a JSONata state',
    machine({ A: pass({ InputPath: '$' }) }),
    '/States/A/InputPath: this field is of JSONPath',
  ],
  [
    'JSONata in a JSONPath state',
    { StartAt: 'A', States: { A: pass({ Output: 1 }) } },
    '/States/A/Output: this field is of JSONata',
  ],
  [
    'a JSONPath state in a JSONata machine',
    machine({ A: pass({ QueryLanguage: 'JSONPath' }) }),
    '/States/A/QueryLanguage: the whole state machine is JSONata',
  ],
  [
    'an intrinsic function',
    { StartAt: 'A', States: { A: pass({ Parameters: { 'x.$': 'States.UUID()' } }) } },
    "/States/A/Parameters/x.$: found 'States.UUID()', wanted a reference path",
  ],
])('%s', (_, definition, wanted) => {
  test('is told, with its place', () => {
    expect(problems(definition).filter((problem) => problem.startsWith(wanted))).toHaveLength(1);
  });
});

test.each<Json>([null, 1, 'x', []])('%j is no definition', (value) => {
  // What a user hands in may be any JSON.
  expect(problems(value as JsonObject)).toEqual([': wanted an object with StartAt and States']);
});
