import type { ChoiceRule, State, StateMachine, TaskState, Template } from '../../asl/state-machine.ts';
import type { Diagnostic } from '../../diagnostics/diagnostics.ts';
import type { Flow } from '../../flow/flow.ts';
import type { QueueTrigger, Trigger } from '../../flow/triggers/trigger.ts';
import { START_FAULTS, START_THROTTLED } from '../../protocol/aws-errors.ts';
import { placeholder } from '../../protocol/placeholders.ts';
import { evaluated, type Jsonata, jsonata, lookup, quote, text, variable } from '../emit/jsonata/jsonata.ts';
import { bind } from '../emit/jsonata/locals.ts';
import { hasReservedKey } from '../emit/jsonata/lookalike.ts';
import { regex } from '../emit/jsonata/syntax.ts';
import { type Mapping, mappingOf } from './mapping.ts';

/** A trigger, and the Express state machine that starts the flow with an event. */
export interface CompiledTrigger {
  readonly trigger: Trigger;
  readonly stateMachine: StateMachine;
}

/** The names of the states of such a state machine. */
const ENTRY_STATES = {
  read: 'read message',
  check: 'event?',
  start: 'start',
  before: 'started before',
  aside: 'set aside',
  fail: 'fail',
} as const;

/** Compiles the triggers of a flow. One that cannot be is reported, and left out. */
export const compileTriggers = (flow: Flow, diagnostics: Diagnostic[]): readonly CompiledTrigger[] =>
  (flow.triggers ?? []).flatMap((trigger) => {
    const mapping = mappingOf(flow, trigger, EVENT, diagnostics);
    return mapping ? [{ trigger, stateMachine: entryMachine(flow, trigger, mapping) }] : [];
  });

const EVENT = variable('event');

/**
 * The state machine that an event starts, and that starts the flow:
 *
 * ```
 * read message ─▶ event? ──▶ start ──▶ (end)
 *  (of a queue)      │         ├────▶ started before   the same event came again
 *                    └────┬────┘
 *                         ▼
 *                     set aside ─▶ fail                 not of a queue: that keeps its message
 * ```
 *
 * The event that did not start the flow goes to the queue of dead letters as EventBridge itself would put it there: as the message,
 * with ERROR_CODE and ERROR_MESSAGE as attributes.
 */
function entryMachine({ name }: Flow, trigger: Trigger, mapping: Mapping): StateMachine {
  const { check, start, before, aside, fail, read } = ENTRY_STATES;
  const isQueue = trigger.kind === 'queue';
  const refused = isQueue ? fail : aside;
  const states: [string, State][] = [
    ...(isQueue ? [[read, readMessage(trigger)] as [string, State]] : []),
    [check, checkEvent(mapping, refused, isQueue ? EVENT : GIVEN)],
    [start, startFlow(name, trigger, mapping, refused)],
    [before, { Type: 'Succeed' }],
    ...(isQueue ? [] : [[aside, setAside(name)] as [string, State]]),
    [fail, { Type: 'Fail', Error: evaluated(ERROR), Cause: evaluated(CAUSE) }],
  ];
  return {
    Comment: `Starts ${name} by its trigger ${trigger.name}`,
    QueryLanguage: 'JSONata',
    StartAt: isQueue ? read : check,
    States: Object.fromEntries(states),
  };
}

const GIVEN: Jsonata = jsonata`$states.input`;
const ERROR = variable('fault_code');
const CAUSE = variable('fault_cause');

/** A pipe gives a list of messages, also of one. A body that begins as a map or list is JSON. */
function readMessage({ batchSize }: QueueTrigger): State {
  const body = lookup('$item', 'body');
  const begins = jsonata`$contains($text, ${regex(String.raw`^\s*[\x5b\x7b]`)})`;
  const parsed = bind('$text', body, jsonata`$type($text) = "string" ? (${begins} ? $parse($text) : $text) : $text`);
  const message = jsonata`$merge([$item, {"body": ${parsed}}])`;
  const event =
    batchSize > 1
      ? jsonata`[$map($states.input, function($item) { ${message} })]`
      : bind('$item', jsonata`$type($states.input) = "array" ? $states.input[0] : $states.input`, message);
  return { Type: 'Pass', Assign: { event: evaluated(event) }, Next: ENTRY_STATES.check };
}

/** Sees whether the event makes an input, and says why if not. */
function checkEvent({ faults }: Mapping, refused: string, event: Jsonata): State {
  const rule = (condition: Jsonata, code: string, message: Jsonata): ChoiceRule => ({
    Condition: evaluated(condition),
    Assign: { fault_code: text(code), fault_cause: evaluated(message) },
    Next: refused,
  });
  // Expressions of a state see the values from before it: the event is where it is given.
  const own = faults.map(({ condition, message }) =>
    rule(withEvent(event, condition), 'EXPRESSION_FAILURE', withEvent(event, message)),
  );
  return {
    Type: 'Choice',
    Choices: [rule(hasReservedKey(event), 'INVALID_INPUT', quote(RESERVED)), ...own],
    Assign: { event: evaluated(event) },
    Default: ENTRY_STATES.start,
  };
}

/** An expression that reads the event from the variable, before that is assigned. */
const withEvent = (event: Jsonata, body: Jsonata): Jsonata =>
  event === EVENT ? body : jsonata`($event := ${event}; ${body})`;

const RESERVED =
  'the event has a field of a name that state machines of flows keep for themselves, such as "$blob", "$secret" or "__proto__"';

function startFlow(flow: string, trigger: Trigger, { input }: Mapping, refused: string): TaskState {
  const { before } = ENTRY_STATES;
  const failed = {
    fault_code: evaluated(lookup(jsonata`$states.errorOutput`, 'Error')),
    fault_cause: evaluated(jsonata`$string(${lookup(jsonata`$states.errorOutput`, 'Cause')})`),
  };
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::states:startExecution',
    Arguments: {
      StateMachineArn: text(placeholder('machine', flow)),
      Name: evaluated(executionName(trigger)),
      Input: input,
    },
    Retry: [
      { ErrorEquals: START_THROTTLED, ...THROTTLED_DELAYS },
      { ErrorEquals: START_FAULTS, IntervalSeconds: 2, JitterStrategy: 'FULL' },
    ],
    Catch: [
      { ErrorEquals: ALREADY_STARTED, Next: before },
      { ErrorEquals: ['States.ALL'], Assign: failed, Next: refused },
    ],
    Output: {},
    End: true,
  };
}

/** A minute and a half at most: an Express execution ends after five minutes, and has to set the event aside before. */
const THROTTLED_DELAYS = { IntervalSeconds: 4, MaxAttempts: 5, MaxDelaySeconds: 30, JitterStrategy: 'FULL' } as const;

/** Source: "Error names", AWS Step Functions developer guide; executions report it by the name of the API's exception. */
const ALREADY_STARTED = ['StepFunctions.ExecutionAlreadyExistsException', 'StepFunctions.ExecutionAlreadyExists'];

/**
 * The name of the execution: events may come more than once, and Standard executions of one name start once. An event that a bus
 * replays has its id again, and shall start the flow.
 */
function executionName(trigger: Trigger): Jsonata {
  const plain = regex('^[A-Za-z0-9._-]+$');
  const id = identityOf(trigger);
  const fits = jsonata`($type($value) = "string" ? $length($value) <= ${MOST_OF_ID} and $contains($value, ${plain}) : false)`;
  return bind('$value', id, jsonata`${quote(`${trigger.name}-`)} & (${fits} ? $value : $uuid())`);
}

/** Of the 80 characters of a name, the trigger has at most 31. */
const MOST_OF_ID = 49;

function identityOf(trigger: Trigger): Jsonata {
  if (trigger.kind !== 'queue') {
    const replay = lookup(EVENT, 'replay-name');
    const again = jsonata`$exists(${replay}) ? "-" & $substring($hash(${replay}, "SHA-256"), 0, 8) : ""`;
    return jsonata`(${lookup(EVENT, 'id')} & (${again}))`;
  }
  if (trigger.batchSize === 1) return lookup(EVENT, 'messageId');
  // Messages that come again may come in another batch.
  return jsonata`$substring($hash($join($sort([$map(${EVENT}, function($item) { $string($lookup($item, "messageId")) })])), "SHA-256"), 0, 40)`;
}

function setAside(flow: string): TaskState {
  const attribute = (value: Jsonata): Template => ({
    DataType: text('String'),
    StringValue: evaluated(jsonata`$substring(${value}, 0, ${MOST_OF_CAUSE})`),
  });
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::sqs:sendMessage',
    Arguments: {
      QueueUrl: text(placeholder('queue', flow)),
      // After the first state, its input is what the task answered.
      MessageBody: evaluated(jsonata`$exists(${EVENT}) ? ${EVENT} : ${GIVEN}`),
      MessageAttributes: { ERROR_CODE: attribute(ERROR), ERROR_MESSAGE: attribute(CAUSE) },
    },
    Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 2, MaxAttempts: 5, JitterStrategy: 'FULL' }],
    Catch: [{ ErrorEquals: ['States.ALL'], Next: ENTRY_STATES.fail }],
    Output: {},
    Next: ENTRY_STATES.fail,
  };
}

/** As EventBridge cuts its own. Source: "Using dead-letter queues to process undelivered events", Amazon EventBridge user guide. */
const MOST_OF_CAUSE = 1024;
