import { type Duration, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { nearest } from '../flow/text/nearest.ts';
import { describe } from '../protocol/describe.ts';
import { executionTimeBound } from '../testing/time-bound.ts';
import { WorkflowError } from './workflow-error.ts';

/** Which alarms a workflow has. */
export interface AlarmOptions {
  /**
   * Percent of the executions that end within five minutes: the alarm goes off when more of them fail or time out. `false`: no
   * such alarm.
   * @default 5
   */
  readonly failureRate?: number | false;
  /**
   * How long executions may take: the alarm goes off when the 99th percentile of five minutes is longer. `false`: no such alarm.
   * @default - the largest `$less_than` of `execution_time_ms` in the flow's test cases; without one there is no such alarm
   */
  readonly p99?: Duration | false;
  /**
   * How many throttled events are accepted in five minutes, of the execution and of its functions: the alarm goes off when
   * there are more. `false`: no such alarm.
   * @default 0
   */
  readonly throttles?: number | false;
  /**
   * How many events may wait in the queue of dead letters, of a flow with triggers or completion targets: the alarm goes off when
   * there are more. `false`: no such alarm.
   * @default 0
   */
  readonly deadLetters?: number | false;
  /**
   * The SNS topic that is told when an alarm goes off, and when all is well again: any `sns.ITopic`.
   * @default - none: the alarms only show their state
   */
  readonly topic?: AlarmTopic;
}

/** An SNS topic: any `sns.ITopic`. */
export interface AlarmTopic {
  readonly topicArn: string;
}

/** The bounds of a workflow's alarms; one without a bound is left out. */
export interface AlarmBounds {
  /** In percent. */
  readonly failureRate?: number;
  /** In milliseconds. */
  readonly p99?: number;
  /** Events in five minutes. */
  readonly throttles?: number;
  /** Events that wait in the queue of dead letters, if the flow has one. */
  readonly deadLetters?: number;
}

/** Bounds where none are given. */
const DEFAULTS = { failureRate: 5, throttles: 0, deadLetters: 0 };

const KEYS: { readonly [K in keyof Required<AlarmOptions>]: true } = {
  failureRate: true,
  p99: true,
  throttles: true,
  deadLetters: true,
  topic: true,
};

/**
 * The bounds that options give the alarms of a flow, whose text is `source`.
 *
 * @throws WorkflowError for options that no alarm can have
 */
export function alarmBounds(scope: Construct, options: AlarmOptions, source: string): AlarmBounds {
  refuseUnknown(scope, options);
  refuseTopic(scope, options.topic);
  const { failureRate = DEFAULTS.failureRate, throttles = DEFAULTS.throttles, p99 } = options;
  const { deadLetters = DEFAULTS.deadLetters } = options;
  if (failureRate !== false && !(isNumber(failureRate) && failureRate >= 0 && failureRate < 100))
    refuse(scope, 'failureRate', failureRate, 'give percent from 0 to less than 100');
  if (throttles !== false && !(isNumber(throttles) && Number.isInteger(throttles) && throttles >= 0))
    refuse(scope, 'throttles', throttles, 'give a whole number of events, 0 or more');
  if (deadLetters !== false && !(isNumber(deadLetters) && Number.isInteger(deadLetters) && deadLetters >= 0))
    refuse(scope, 'deadLetters', deadLetters, 'give a whole number of events, 0 or more');
  const milliseconds = p99 === undefined ? executionTimeBound(source) : p99 !== false && millisecondsOf(scope, p99);
  return {
    ...(failureRate !== false && { failureRate }),
    ...(typeof milliseconds === 'number' && { p99: milliseconds }),
    ...(throttles !== false && { throttles }),
    ...(deadLetters !== false && { deadLetters }),
  };
}

/** A number that is known at synthesis. */
const isNumber = (value: unknown): value is number => typeof value === 'number' && !Token.isUnresolved(value);

function refuseUnknown(scope: Construct, options: unknown): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new WorkflowError(scope, `"alarms" is ${describe(options)}; give a map, such as { failureRate: 5 }`);
  const unknown = Object.keys(options).find((key) => !Object.hasOwn(KEYS, key));
  if (unknown === undefined) return;
  const known = Object.keys(KEYS);
  const near = nearest(unknown, known);
  const remedy = near === undefined ? `give ${known.join(', ')}` : `did you mean "${near}"?`;
  throw new WorkflowError(scope, `"alarms" has "${unknown}", which is no option of alarms; ${remedy}`);
}

function refuseTopic(scope: Construct, topic: AlarmTopic | undefined): void {
  if (topic === undefined || typeof topic?.topicArn === 'string') return;
  refuse(scope, 'topic', topic, "give an SNS topic, such as new sns.Topic(this, 'Alarms')");
}

function millisecondsOf(scope: Construct, p99: Duration): number {
  // The app may have another copy of the CDK.
  if (typeof p99?.toMilliseconds !== 'function')
    return refuse(scope, 'p99', p99, 'give a duration of the CDK, such as Duration.seconds(30), or false');
  const milliseconds = p99.toMilliseconds({ integral: false });
  return milliseconds > 0 ? milliseconds : refuse(scope, 'p99', milliseconds, 'give a duration of more than 0 ms');
}

function refuse(scope: Construct, option: keyof AlarmOptions, found: unknown, remedy: string): never {
  const text = typeof found === 'number' ? String(found) : describe(found);
  throw new WorkflowError(scope, `alarms.${option} is ${text}; ${remedy}`);
}
