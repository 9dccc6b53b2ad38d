import { describe, expect, test } from 'vitest';
import { DefinitionError, execute, loadStateMachine, type Problem } from '../../../lib/engine/index.ts';
import type { Json, JsonObject } from '../../../lib/protocol/json.ts';
import { QUOTAS } from '../../../lib/protocol/quotas.ts';
import { machine, task } from '../harness.ts';

/** The error that refuses a definition; undefined if it is accepted. */
function refusal(definition: JsonObject): DefinitionError | undefined {
  try {
    loadStateMachine(definition);
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof DefinitionError)) throw thrown;
    return thrown;
  }
}

/** All problems of a definition, as AWS's CreateStateMachine writes them. */
const problems = (definition: JsonObject): readonly string[] =>
  (refusal(definition)?.problems ?? []).map(
    ({ code, message, location = 'null' }) => `${code}: ${message} at ${location}`,
  );

const pass = (more: JsonObject = {}): JsonObject => ({ Type: 'Pass', End: true, ...more });
const branch = (states: JsonObject): JsonObject => ({ StartAt: Object.keys(states)[0] ?? '', States: states });
const FAILED = 'SCHEMA_VALIDATION_FAILED';
const MISSING = 'MISSING_TRANSITION_TARGET';

test('a definition is loaded once', () => {
  const definition = machine({ A: pass() });
  expect(loadStateMachine(definition)).toBe(loadStateMachine(definition));
});

test('the message is that of CreateStateMachine, and each problem has a pointer and help', () => {
  const definition = { StartAt: 'pass1', States: { pass1: { Type: 'Pass', Next: 'pass3' }, pass2: pass() } };
  const error = refusal(definition);
  // As AWS answered: https://github.com/localstack/localstack/pull/12487.
  expect(error?.message).toBe(
    `Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next' target: pass3 at /States/pass1/Next, MISSING_TRANSITION_TARGET: State "pass2" is not reachable. at /States/pass2'`,
  );
  expect(error?.problems[0]).toEqual<Problem>({
    code: MISSING,
    message: "Missing 'Next' target: pass3",
    location: '/States/pass1/Next',
    pointer: '/States/pass1/Next',
    help: 'the states here are: pass1, pass2',
  });
});

test('AWS names the state where the pointer names the field', () => {
  const [problem] = refusal(machine({ 'a/b': pass({ InputPath: '$' }) }))?.problems ?? [];
  expect(problem).toMatchObject({ location: '/States/a/b', pointer: '/States/a~1b/InputPath' });
});

// Recorded by LocalStack from AWS: tests/aws/services/stepfunctions/v2/test_sfn_api_validation.snapshot.json.
describe('as recorded', () => {
  test.each<[string, Json, string]>([
    ['no object', 'not a definition', `${FAILED}: Definition must be a valid JSON object at null`],
    ['nothing', {}, `${FAILED}: These fields are required: [States, StartAt] at /`],
    ['no StartAt', { States: { A: pass() } }, `${FAILED}: These fields are required: [StartAt] at /`],
    [
      'a JSONPath state in a JSONata machine',
      machine({ Pass: pass({ QueryLanguage: 'JSONPath' }) }),
      `${FAILED}: 'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine at /States/Pass`,
    ],
  ])('%s', (_, definition, wanted) => {
    // A user may pass any JSON.
    expect(problems(definition as JsonObject)).toEqual([wanted]);
  });

  test('an Express state machine that waits for a token', async () => {
    const Resource = 'arn:aws:states:::aws-sdk:sqs:sendMessage.waitForTaskToken';
    const definition = machine({ A: task({ Resource, Arguments: {} }) });
    const resolver = async () => null;
    await expect(execute(definition, { resolver, type: 'EXPRESS' })).rejects.toThrow(
      `Invalid State Machine Definition: '${FAILED}: Express state machine does not support '.waitForTaskToken' service integration  at /States/A/Resource'`,
    );
    expect((await execute(definition, { resolver })).status).toBe('SUCCEEDED');
  });
});

// Measured with ValidateStateMachineDefinition and CreateStateMachine: the tests of floci, StepFunctionsValidateStateMachine-
// DefinitionIntegrationTest and StepFunctionsTopLevelReferenceIntegrationTest, https://github.com/floci-io/floci, and the
// rules of https://github.com/badmintoncryer/cdk-preflight.
describe('as measured', () => {
  const invoke = 'arn:aws:states:::lambda:invoke';
  const catching = (more: JsonObject) => task({ Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Z', ...more }] });
  test.each<[string, JsonObject, ...string[]]>([
    [
      'no end',
      machine({ A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', Next: 'A' }, Unused: { Type: 'Pass', Next: 'A' } }),
      'MISSING_END_STATE: Workflow has no terminal state at null',
    ],
    [
      'no end, and a target that is not there',
      machine({ A: { Type: 'Pass', Next: 'NOPE' } }),
      `${MISSING}: Missing 'Next' target: NOPE at /States/A/Next`,
      'MISSING_END_STATE: Workflow has no terminal state at null',
    ],
    [
      'a state that none of those which are reached leads to',
      machine({ A: { Type: 'Pass', Next: 'A2' }, A2: { Type: 'Pass', Next: 'A' }, C: pass() }),
      `${MISSING}: State "C" is not reachable. at /States/C`,
    ],
    [
      'a StartAt that is not there',
      { StartAt: 'Nope', States: { A: pass() } },
      `${MISSING}: Missing 'Next' target: Nope at /StartAt`,
      `${MISSING}: State "A" is not reachable. at /States/A`,
    ],
    [
      'targets of Choice and Catch',
      machine({
        C: { Type: 'Choice', Choices: [{ Condition: true, Next: 'T' }], Default: 'Ghost' },
        T: task({ Catch: [{ ErrorEquals: ['E'], Next: 'Ghost' }] }),
      }),
      `${MISSING}: Missing 'Next' target: Ghost at /States/C/Default`,
      `${MISSING}: Missing 'Next' target: Ghost at /States/T/Catch[0]/Next`,
    ],
    [
      'a state of a branch that is not reached',
      machine({ P: { Type: 'Parallel', Branches: [branch({ W: pass(), Ghost: pass() })], End: true } }),
      `${MISSING}: State "Ghost" is not reachable. at /States/P/Branches[0]/States/Ghost`,
    ],
    [
      'fields of other types of state',
      machine({ X: pass({ TimeoutSeconds: 5, Catch: [], Retry: [] }) }),
      `${FAILED}: Field 'TimeoutSeconds' is not supported at /States/X`,
      `${FAILED}: Field 'Catch' is not supported at /States/X`,
      `${FAILED}: Field 'Retry' is not supported at /States/X`,
    ],
    [
      'a field in the wrong case, and a wrong version',
      { ...machine({ A: pass() }), startAt: 'A', Version: '2.0' },
      `${FAILED}: Field 'startAt' is not supported at /`,
      `${FAILED}: Value should be one of the following: [1.0] at /Version`,
    ],
    [
      'neither Next nor End',
      machine({ A: { Type: 'Pass' }, B: pass() }),
      `${FAILED}: This object should have only one of the following fields: [Next, End] at /States/A`,
      `${MISSING}: State "B" is not reachable. at /States/B`,
    ],
    [
      'both Next and End',
      machine({ A: pass({ Next: 'A' }) }),
      `${FAILED}: There should only be one of the following fields: [Next, End] at /States/A`,
    ],
    [
      'JSONPath in a JSONata state',
      machine({ A: pass({ InputPath: '$' }) }),
      `${FAILED}: The QueryLanguage is set to 'JSONata', but field 'InputPath' is only supported for the 'JSONPath' QueryLanguage at /States/A`,
    ],
    [
      'JSONata in a JSONPath state',
      branch({ A: pass({ Output: 1 }) }),
      `${FAILED}: The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported for the 'JSONata' QueryLanguage at /States/A`,
    ],
    [
      'a state inside a Map has the language of the whole, not that of the Map',
      branch({
        M: {
          Type: 'Map',
          QueryLanguage: 'JSONata',
          ItemProcessor: branch({ P: pass({ Output: 1 }) }),
          End: true,
        },
      }),
      `${FAILED}: The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported for the 'JSONata' QueryLanguage at /States/M/ItemProcessor/States/P`,
    ],
    [
      'a QueryLanguage of a branch',
      machine({
        P: { Type: 'Parallel', Branches: [{ ...branch({ B: pass() }), QueryLanguage: 'JSONata' }], End: true },
      }),
      `${FAILED}: Field 'QueryLanguage' is not supported at /States/P/Branches[0]`,
    ],
    [
      'a QueryLanguage that is none counts as JSONata',
      branch({ X: pass({ QueryLanguage: 'jsonata', InputPath: '$.a', Output: 1 }) }),
      `${FAILED}: The QueryLanguage is set to 'JSONata', but field 'InputPath' is only supported for the 'JSONPath' QueryLanguage at /States/X`,
      `${FAILED}: Value should be one of the following: [JSONPath, JSONata] at /States/X/QueryLanguage`,
    ],
    [
      'a QueryLanguage that is no text',
      { QueryLanguage: 5, ...branch({ X: pass() }) },
      `${FAILED}: Expected value of type [STRING] at /QueryLanguage`,
    ],
    [
      'a syntax error',
      machine({ A: pass({ Output: { v: '{% $states.input.phone[1,2) %}' } }) }),
      `INVALID_JSONATA_EXPRESSION: Expected "]", got "," at /States/A/Output/v`,
    ],
    [
      'an expression that is cut off',
      machine({ A: pass({ Output: ['{% 1 + %}'] }) }),
      'INVALID_JSONATA_EXPRESSION: Unexpected end of expression at /States/A/Output[0]',
    ],
    [
      'an expression that does not end',
      machine({ A: pass({ Output: '{% 1' }) }),
      `${FAILED}: JSONata string must start with {% and end with %} at /States/A/Output`,
    ],
    [
      'States.ALL among others',
      machine({ A: task({ Retry: [{ ErrorEquals: ['E', 'States.ALL'] }] }) }),
      `${FAILED}: States.ALL must appear alone and at end of list at /States/A/Retry[0]/ErrorEquals`,
    ],
    [
      'States.ALL before others',
      machine({ A: task({ Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['E'] }] }) }),
      `${FAILED}: States.ALL must appear alone and at end of list at /States/A/Retry[0]/ErrorEquals`,
    ],
    [
      'a Catch without anything',
      machine({ A: task({ Catch: [{}] }) }),
      `${FAILED}: These fields are required: [ErrorEquals] at /States/A/Catch[0]`,
      `${FAILED}: These fields are required: [Next] at /States/A/Catch[0]`,
    ],
    [
      'no errors',
      machine({ A: task({ Retry: [{ ErrorEquals: [] }] }) }),
      `${FAILED}: Value cannot be empty at /States/A/Retry[0]/ErrorEquals`,
    ],
    [
      'numbers of a Retry',
      machine({
        A: task({ Retry: [{ ErrorEquals: ['E'], MaxAttempts: -1, BackoffRate: 0.5, MaxDelaySeconds: 4e7 }] }),
      }),
      `${FAILED}: Minimum value is 0 at /States/A/Retry[0]/MaxAttempts`,
      `${FAILED}: Minimum value is 1 at /States/A/Retry[0]/BackoffRate`,
      `${FAILED}: Maximum value is 31622400 at /States/A/Retry[0]/MaxDelaySeconds`,
    ],
    [
      'a JitterStrategy that is none',
      machine({ A: task({ Retry: [{ ErrorEquals: ['E'], JitterStrategy: 'HALF' }] }) }),
      `${FAILED}: Value should be one of the following: [NONE, FULL] at /States/A/Retry[0]/JitterStrategy`,
    ],
    [
      'a TimeoutSeconds of 0',
      machine({ A: task({ TimeoutSeconds: 0 }) }),
      `${FAILED}: Minimum value is 1 at /States/A/TimeoutSeconds`,
    ],
    [
      'a text for a number',
      machine({ A: { Type: 'Wait', Seconds: 'five', End: true } }),
      `${FAILED}: Expected value of type Integer at /States/A/Seconds`,
    ],
    [
      'both a field and its path',
      branch({ A: task({ TimeoutSeconds: 5, TimeoutSecondsPath: '$.s' }) }),
      `${FAILED}: There should only be one of the following fields: [TimeoutSeconds, TimeoutSecondsPath] at /States/A`,
    ],
    [
      'a Wait for two things',
      machine({ A: { Type: 'Wait', Seconds: 5, Timestamp: '2030-01-01T00:00:00Z', End: true } }),
      `${FAILED}: There should only be one of the following fields: [SecondsPath, Seconds, TimestampPath, Timestamp] at /States/A`,
    ],
    [
      'a Timestamp that is none',
      machine({ A: { Type: 'Wait', Timestamp: '2030-01-01', End: true } }),
      `${FAILED}: String does not match RFC3339 timestamp at /States/A/Timestamp`,
    ],
    [
      'a Choice without rules',
      machine({ A: { Type: 'Choice' }, B: pass() }),
      `${FAILED}: These fields are required: [Choices] at /States/A`,
      `${MISSING}: State "B" is not reachable. at /States/B`,
    ],
    [
      'a Choice with no rule',
      machine({ A: { Type: 'Choice', Choices: [], Default: 'B' }, B: pass() }),
      `${FAILED}: Value cannot be empty at /States/A/Choices`,
    ],
    [
      'a rule that asks nothing',
      machine({ A: { Type: 'Choice', Choices: [{ Next: 'B' }] }, B: pass() }),
      `${FAILED}: The object must have only one of the following fields, [And, Or, Not, Variable, Condition] at /States/A/Choices[0]`,
    ],
    [
      'a rule in JSONPath, in JSONata',
      machine({ A: { Type: 'Choice', Choices: [{ Variable: '$.x', IsNull: true, Next: 'B' }] }, B: pass() }),
      `${FAILED}: The QueryLanguage is set to 'JSONata', but field 'Variable' is only supported for the 'JSONPath' QueryLanguage at /States/A/Choices[0]`,
    ],
    [
      'a Next in a rule inside another',
      branch({
        A: {
          Type: 'Choice',
          Choices: [{ Not: { Variable: '$.x', IsNull: true, Next: 'B' }, Next: 'B' }],
        },
        B: pass(),
      }),
      `${FAILED}: Field 'Next' is not supported at /States/A/Choices[0]/Not`,
    ],
    [
      'two comparisons in one',
      branch({
        A: { Type: 'Choice', Choices: [{ Variable: '$.x', IsNull: true, IsString: true, Next: 'B' }] },
        B: pass(),
      }),
      `${FAILED}: There should only be one of the following fields: [IsNull, IsString] at /States/A/Choices[0]`,
    ],
    [
      'a Variable that is no path',
      branch({ A: { Type: 'Choice', Choices: [{ Variable: 'x', IsNull: true, Next: 'B' }] }, B: pass() }),
      `${FAILED}: Value is not a Reference Path: Reference path didn't start with '$' at /States/A/Choices[0]/Variable`,
    ],
    [
      'no Branches',
      machine({ A: { Type: 'Parallel', Branches: [], End: true } }),
      `${FAILED}: Value cannot be empty at /States/A/Branches`,
    ],
    [
      'a branch without anything',
      machine({ A: { Type: 'Parallel', Branches: [{}], End: true } }),
      `${FAILED}: These fields are required: [States, StartAt] at /States/A/Branches[0]`,
    ],
    [
      'a Map without processor',
      machine({ A: { Type: 'Map', End: true } }),
      `${FAILED}: This object should have only one of the following fields: [ItemProcessor, Iterator] at /States/A`,
    ],
    [
      'a distributed Map whose children are of no type',
      machine({
        A: {
          Type: 'Map',
          MaxConcurrency: -1,
          ItemProcessor: { ...branch({ B: pass() }), ProcessorConfig: { Mode: 'DISTRIBUTED' } },
          End: true,
        },
      }),
      `${FAILED}: These fields are required: [ExecutionType] at /States/A/ItemProcessor/ProcessorConfig`,
      `${FAILED}: Minimum value is 0 at /States/A/MaxConcurrency`,
    ],
    [
      'the same name in a branch',
      machine({ A: { Type: 'Parallel', Branches: [branch({ A: pass() })], End: true } }),
      'DUPLICATE_STATE_NAME: Duplicate State name: A at /States/A/Branches[0]/States/A',
    ],
    [
      'a Resource that is no ARN',
      machine({ A: task({ Resource: 'x' }) }),
      `${FAILED}: Value is not a valid resource ARN at /States/A/Resource`,
    ],
    [
      'a call without Arguments',
      machine({ A: task({ Resource: invoke }) }),
      `${FAILED}: Arguments field is required for resource ARN: ${invoke} at /States/A`,
    ],
    [
      'a call without what it needs',
      machine({ A: task({ Resource: invoke, Arguments: { Payload: 1 } }) }),
      `${FAILED}: The field 'FunctionName' is required but was missing at /States/A/Arguments`,
    ],
    [
      'the variable $states',
      machine({ A: pass({ Assign: { states: 1 } }) }),
      "RESERVED_VARIABLE_NAME: Cannot assign to reserved variable '$states'. at /States/A/Assign/states",
    ],
    [
      'a variable that cannot be one',
      machine({ A: pass({ Assign: { 'a-b': 1 } }) }),
      "INVALID_VARIABLE_NAME: Invalid variable name 'a-b': the variable name contains invalid characters. at /States/A/Assign/a-b",
    ],
    [
      'a variable that does not begin with a letter',
      machine({ A: pass({ Assign: { _a: 1, '1a': 2, ä_1: 3 } }) }),
      "INVALID_VARIABLE_NAME: Invalid variable name '_a': the variable name contains invalid characters. at /States/A/Assign/_a",
      "INVALID_VARIABLE_NAME: Invalid variable name '1a': the variable name contains invalid characters. at /States/A/Assign/1a",
    ],
    [
      'a path that is none',
      branch({ A: pass({ InputPath: 'x', Parameters: { 'y.$': 'z' } }) }),
      `${FAILED}: Value must be a valid JSONPath. at /States/A/InputPath`,
      `${FAILED}: The value for the field 'y.$' must be a valid JSONPath or a valid intrinsic function call at /States/A/Parameters/y.$`,
    ],
    [
      '$states.errorOutput outside a Catch',
      machine({ A: pass({ Output: '{% $states.errorOutput %}' }) }),
      "UNSUPPORTED_JSONATA_EXPRESSION: Field '$states.errorOutput' does not exist. at /States/A/Output",
    ],
    ['$states.errorOutput in a Catch', machine({ A: catching({ Output: '{% $states.errorOutput %}' }), Z: pass() })],
    [
      'a loop inside a Map',
      machine({ A: { Type: 'Map', ItemProcessor: branch({ B: { Type: 'Pass', Next: 'B' } }), End: true } }),
    ],
    ['a Retry at once', machine({ A: task({ Retry: [{ ErrorEquals: ['E'], IntervalSeconds: 0 }] }) })],
    ['Assign in JSONPath', branch({ X: pass({ Assign: { counter: 1 } }) })],
  ])('%s', (_, definition, ...wanted) => {
    expect(problems(definition)).toEqual(wanted);
  });
});

/** What an expression in Output is refused for. */
const refused = (expression: string, more: JsonObject = {}): readonly string[] =>
  problems(machine({ E: { ...pass(more), Output: { v: `{% ${expression} %}` } } }));

const unsupported = (...names: readonly string[]): readonly string[] =>
  names.map(
    (name) =>
      `UNSUPPORTED_JSONATA_EXPRESSION: Reference to '${name}' ${name === '$$' ? '' : 'at the top level '}is not supported. at /States/E/Output/v`,
  );

describe('names without a context value', () => {
  // The first six as measured by floci, see above.
  test.each<[string, ...string[]]>([
    ['phone', 'phone'],
    ['phone[0]', 'phone'],
    ['aaa + bbb', 'aaa', 'bbb'],
    ['$.phone', '$'],
    ['$$', '$$'],
    ['$states.input.a[$$ = 1]', '$$'],
    ['{ "a": phone }', 'phone'],
    ['$sum(prices)', 'prices'],
    ['($x := phone; $x)', 'phone'],
    ['$v ? phone : 1', 'phone'],
  ])('%s', (expression, ...names) => {
    expect(refused(expression)).toEqual(unsupported(...names));
  });

  test.each([
    '$states.input.phone',
    '$states.input.items[phone > 3]',
    '$states.input.items.(a + b)',
    '$states.input.items{name: $sum(price)}',
    '$states.input.items^(>price).name',
    '$map($states.input.a, function($x){ $x.phone })',
    '$phone',
    '[1..3].($ * 2)',
    '$states.input ~> |items|{"a": b}|',
    '$states.context.State.Name',
  ])('but not %s', (expression) => {
    expect(refused(expression)).toEqual([]);
  });
});

// "Attempting to access $states.result or $states.errorOutput from fields and states where they are not accessible will be
// caught at creation": "Transforming data with JSONata", AWS Step Functions developer guide.
test('$states.result is available only in Output and Assign of Task, Map and Parallel', () => {
  const result = '{% $states.result.a %}';
  const wrong = (where: string) => `UNSUPPORTED_JSONATA_EXPRESSION: Field '$states.result' does not exist. at ${where}`;
  expect(problems(machine({ A: task({ Output: result, Assign: { v: result } }) }))).toEqual([]);
  expect(problems(machine({ A: task({ Arguments: result }) }))).toEqual([wrong('/States/A/Arguments')]);
  expect(problems(machine({ A: pass({ Output: result }) }))).toEqual([wrong('/States/A/Output')]);
});

test('a Catch may assign a name that the branches or iterations of its state assign', () => {
  const inner = branch({ B: pass({ Assign: { v: 2 } }) });
  const caught = [{ ErrorEquals: ['States.ALL'], Assign: { v: 1 }, Next: 'C' }];
  const parallel = { Type: 'Parallel', Branches: [inner], Catch: caught, End: true };
  expect(problems(machine({ A: parallel, C: pass() }))).toEqual([]);
  expect(problems(machine({ A: { Type: 'Map', ItemProcessor: inner, Catch: caught, End: true }, C: pass() }))).toEqual(
    [],
  );
  const outer = branch({ A: { ...parallel, Catch: [{ ...caught[0], Next: 'C' }] }, C: pass() });
  const catches = [{ ErrorEquals: ['States.ALL'], Assign: { w: 1 }, Next: 'D' }];
  const nested = { Type: 'Parallel', Branches: [outer], Catch: catches, End: true };
  expect(problems(machine({ P: nested, D: pass() }))).toEqual([]);
});

test.each<[string, JsonObject, JsonObject]>([
  ['the state itself', { Assign: { v: 1 }, Next: 'C' }, pass()],
  ['the Catch of another state', { Next: 'C' }, task({ Catch: [{ ErrorEquals: ['E'], Assign: { v: 1 }, Next: 'D' }] })],
  ['another state', { Next: 'C' }, pass({ Assign: { v: 1 } })],
])('a branch may not assign a name that %s assigns', (_, more, C) => {
  const Catch = [{ ErrorEquals: ['States.ALL'], Assign: { v: 1 }, Next: 'D' }];
  const A = { Type: 'Parallel', Branches: [branch({ B: pass({ Assign: { v: 2 } }) })], Catch, ...more };
  expect(problems(machine({ A, C, D: pass() }))).toEqual([
    expect.stringContaining("Variable 'v' is already assigned in an outer scope"),
  ]);
});

test('an inner scope may not assign a name of an outer one', () => {
  const inner = branch({ B: pass({ Assign: { v: 2 } }) });
  const definition = machine({ A: { Type: 'Parallel', Assign: { v: 1 }, Branches: [inner], End: true } });
  expect(refusal(definition)?.problems).toMatchObject([
    { code: 'INVALID_VARIABLE_NAME', location: '/States/A/Branches[0]/States/B/Assign/v' },
  ]);
});

test('the name of a state has at most 80 characters', () => {
  expect(refusal(machine({ ['n'.repeat(81)]: pass() }))?.problems).toMatchObject([{ code: 'INVALID_STATE_NAME' }]);
  expect(problems(machine({ ['n'.repeat(80)]: pass() }))).toEqual([]);
});

test('a definition has at most 1 MB', () => {
  const sized = (bytes: number): JsonObject => {
    const small = JSON.stringify(machine({ A: pass() }, { Comment: '' })).length;
    return machine({ A: pass() }, { Comment: 'x'.repeat(bytes - small) });
  };
  expect(problems(sized(QUOTAS.definition))).toEqual([]);
  expect(problems(sized(QUOTAS.definition + 1))).toEqual([
    "ValidationException: 1 validation error detected: Value at 'definition' failed to satisfy constraint: Member must have length less than or equal to 1048576 at null",
  ]);
});

test.each<Json>([null, 1, 'x', []])('%j is not a definition', (value) => {
  // A user may pass any JSON.
  expect(problems(value as JsonObject)).toEqual([`${FAILED}: Definition must be a valid JSON object at null`]);
});
