import type { KeyHint, KeyHints } from '../text/fields.ts';

/**
 * What is written here instead of the keys that other workflow tools have. A group: the names in lower case without `_` and
 * `-`, separated by spaces; the sentence; and the key of the same map that is meant, if there is one.
 */
const hints = (...groups: readonly (readonly [names: string, instead: string, key?: string])[]): KeyHints =>
  new Map(
    groups.flatMap(([names, instead, key]) =>
      names.split(' ').map((name) => [name, key === undefined ? { instead } : { instead, key }] as const),
    ),
  );

const DATA_ORDER =
  'Steps run in the order of their data: this step waits for each step that its input reads with { $step: ID }, and steps that need nothing of each other run at the same time.';
const ORDER = `${DATA_ORDER} For order without data, because of a side effect, write after: [ID, …].`;
const IN_ON_ERROR = (key: string): string =>
  `"${key}" belongs into onError, as in onError: { action: retry, maxRetries: 3 }.`;
const IN_STEP = (key: string): string => `"${key}" belongs to a step: a flow has its steps in the list "steps".`;
const VARIABLES = 'Write the values under "variables" of the flow, and read them with { $variable: NAME }.';

/** Keys that other tools have in a step. */
export const STEP_HINTS: KeyHints = hints(
  [
    'dependson depends dependencies needs requires waitfor waitson waitsfor runafter follows previous prev',
    ORDER,
    'after',
  ],
  [
    'before next then goto order precedes runbefore',
    `${DATA_ORDER} For order without data, because of a side effect, write after: [ID, …] in the step that comes later.`,
  ],
  ['end parallel branches', DATA_ORDER],
  [
    'retry retries retrypolicy retrycount attempts maxattempts maxtries',
    'Write onError: { action: retry, maxRetries: 3 }. Throttled calls and faults of the service are retried in any case.',
    'onError',
  ],
  ['maxretries maxretry', IN_ON_ERROR('maxRetries'), 'onError'],
  ['delay', 'It belongs into onError, as in onError: { action: retry, delay: 10 }.', 'onError'],
  ['backoff', 'It belongs into onError, as in onError: { action: retry, backoff: 2 }.', 'onError'],
  ['on errors', 'It belongs into onError, as in onError: { action: retry, on: [TIMEOUT] }.', 'onError'],
  [
    'catch fallback default defaultvalue onfailure continueonerror ignoreerrors ignoreerror allowfailure',
    'Write onError: { action: useDefault, defaultValue: … }.',
    'onError',
  ],
  [
    'timeouts timeoutseconds timeoutminutes timeoutms deadline',
    'Write the seconds that the step may take as "timeout".',
    'timeout',
  ],
  [
    'memory memorysize resources cpu',
    'A component says itself what it needs: write memorySize: MB in the options of component({ … }).',
  ],
  ['env environment vars variables', `Values come in through the input. ${VARIABLES}`],
  [
    'secrets secret',
    'Declare a variable with is_secret: true in variablesSchema of the flow, and read it in the input with { $variable: NAME }.',
  ],
  [
    'with args arguments params parameters payload body data options config inputpath value values',
    'Write what the component takes under "input": input: { NAME: … }.',
    'input',
  ],
  [
    'uses run script command function call action task type plugin resource image handler operation',
    'Write what the step runs as component: /plugin/name, for example component: /builtin/http.',
    'component',
  ],
  ['name stepid key title label', 'Write the name of the step as "id".', 'id'],
  ['description comment doc note', 'Write a comment (# …), or put it under "metadata".', 'metadata'],
  [
    'if when condition conditions on only runif',
    'Write skipIf: { $not: CONDITION }, such as skipIf: { $not: { $eq: [{ $input: mode }, full] } }, or read the step in one arm of an $if only: a step runs where its result is needed.',
    'skipIf',
  ],
  ['unless except skipwhen', 'Write skipIf: the step is skipped where it is true.', 'skipIf'],
  [
    'output outputs result results register return returns export exports as',
    'The result needs no name: read it with { $step: ID }, or a part of it with { $step: ID, path: PATH }.',
  ],
  [
    'foreach for loop loops withitems items map matrix iterate repeat while until concurrency maxconcurrency',
    'Write component: /builtin/map with input: { items: …, workflow: { steps: … } }, or /builtin/iterate for a loop.',
  ],
  [
    'steps workflow flow subflow',
    'A step runs another flow by component: /builtin/eval with input: { flow: { steps: … }, input: … }.',
  ],
  [
    'always required mandatory',
    'Write mustExecute: true for a step that has to run although nothing reads its result.',
    'mustExecute',
  ],
);

/** Keys that other tools have in a flow. */
export const FLOW_HINTS: KeyHints = hints(
  [
    'jobs tasks stages nodes activities actions pipeline workflow flow dag do graph',
    'Write the steps as a list under "steps": each has an id, a component and an input.',
    'steps',
  ],
  [
    'startat states',
    'This looks like a state machine in the Amazon States Language. Run it with `stepflow asl run`, or write a flow with "steps".',
    'steps',
  ],
  [
    'input inputs params parameters args arguments',
    'The input comes with each run, and is read with { $input: PATH }. Write its schema as "inputSchema", and inputs to try under "examples".',
  ],
  ['env environment vars constants globals defaults config settings', VARIABLES, 'variables'],
  [
    'secrets secret',
    'Declare a variable with is_secret: true in "variablesSchema", and read it with { $variable: NAME }.',
  ],
  ['result results return returns', 'Write what the flow gives as "output".', 'output'],
  ['id title flowid', 'Write the name of the flow as "name".', 'name'],
  ['apiversion kind specversion dsl', 'Remove it: a flow names no version of the language.'],
  [
    'on trigger triggers schedule cron events',
    'A flow does not say when it runs. Start it from the command line, by the HTTP API or by a rule of EventBridge.',
  ],
  [
    'plugins routes components imports uses resources',
    'Components are files, found by their paths. Mocks for tests go into "stepflow-config.yml".',
  ],
  ['retry retries maxretries onfailure catch', 'It is said of each step, under "onError".'],
  ['dependson needs', `${DATA_ORDER} For order without data, because of a side effect, a step has after: [ID, …].`],
  ['component', IN_STEP('component')],
  ['onerror', IN_STEP('onError')],
  ['skipif skip if when', IN_STEP('skipIf')],
  ['mustexecute', IN_STEP('mustExecute')],
  ['after', IN_STEP('after')],
  ['tests testcases cases', 'Write test cases under test: { cases: [ … ] }.', 'test'],
);

/** Keys that other tools have in what a step does when it fails. */
export const ON_ERROR_HINTS: KeyHints = hints(
  [
    'maxretry maxattempts attempts retries retry count times limit',
    'Write the number of retries as "maxRetries".',
    'maxRetries',
  ],
  [
    'default value fallback result output',
    'Write the value that replaces the result as "defaultValue".',
    'defaultValue',
  ],
  [
    'interval intervalseconds delayseconds wait waitseconds initialdelay backoffseconds',
    'Write the seconds before the first retry as "delay".',
    'delay',
  ],
  ['backoffrate multiplier factor exponent rate', 'Write what each delay is multiplied with as "backoff".', 'backoff'],
  [
    'errors errorequals codes when retryon only if',
    'Write the codes after which to try again as "on": [TIMEOUT, …].',
    'on',
  ],
  ['type strategy do then', 'Write what happens as "action": fail, useDefault, skip or retry.', 'action'],
);

/** Keys that other languages have in an `$if`. */
export const IF_HINTS: KeyHints = hints(
  [
    'other otherwise default elseif elif alternative no false',
    'Write what is taken where the condition is false as "else"; another condition is { $if: … } there.',
    'else',
  ],
  ['when yes true value do consequent', 'Write what is taken where the condition is true as "then".', 'then'],
  ['if condition test expr', 'Write the condition as "$if".', '$if'],
);

/** What is said of any key beside `$literal`. */
export const LITERAL_HINT: KeyHint = {
  instead:
    'Put all that is meant as it is under $literal: { $literal: { … } }. A map with expressions in it has no $literal.',
};

/** Keys that other tools have in a reference to a step, to the input or to a variable. */
export const REFERENCE_HINTS: KeyHints = hints(
  [
    'default or else fallback defaultvalue',
    'For a value that may be missing, write { $coalesce: [{ $step: ID, path: PATH }, DEFAULT] }, or with $input.',
  ],
  ['field key property output get select item index', 'Write the part that is read as "path".', 'path'],
);
