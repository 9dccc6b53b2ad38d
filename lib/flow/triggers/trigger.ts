import type { Span } from '../../diagnostics/diagnostics.ts';
import type { Json, JsonObject } from '../../protocol/json.ts';
import type { Expression } from '../expression.ts';
import type { Schedule } from './schedule.ts';

/** What every trigger has. */
interface AnyTrigger {
  /** Tells it from the flow's others, also in the names of what is deployed. */
  readonly name: string;
  /** Whether it starts anything. */
  readonly enabled: boolean;
  /** The flow's input, as an expression in which `$input` is the event. */
  readonly input: Expression;
  /** The input as it is written. @default what {@link defaultInputPath} says */
  readonly written?: Json;
  readonly span: Span;
}

/** Starts the flow at times. */
export interface ScheduleTrigger extends AnyTrigger {
  readonly kind: 'schedule';
  readonly schedule: Schedule;
  /** The time zone of a cron or at expression, by its IANA name. @default 'UTC' */
  readonly timezone: string;
}

/** Starts the flow for each event of a bus that matches a pattern; `s3`: for those of a bucket. */
export interface EventTrigger extends AnyTrigger {
  readonly kind: 'event' | 's3';
  /** As EventBridge has it. */
  readonly pattern: JsonObject;
  /** The name or ARN of the event bus. @default the account's own: 'default' */
  readonly bus: string;
  /** The bucket of `s3`. */
  readonly bucket?: string;
}

/** Starts the flow for messages of an SQS queue. */
export interface QueueTrigger extends AnyTrigger {
  readonly kind: 'queue';
  /** The name or ARN of the queue. */
  readonly queue: string;
  /** How many messages at most start one execution. With more than one, the event is a list of them. */
  readonly batchSize: number;
  /** Which messages count, as a pattern of a message. @default all */
  readonly pattern?: JsonObject;
}

/** What starts a flow, besides a call of the API. */
export type Trigger = ScheduleTrigger | EventTrigger | QueueTrigger;

/** The kinds of triggers, by the key that tells each. */
export const TRIGGER_KINDS = ['schedule', 's3', 'event', 'queue'] as const satisfies readonly Trigger['kind'][];

/** The part of an event that is the flow's input where a trigger does not say what is; undefined for all of it. */
export const defaultInputPath = (kind: Trigger['kind'], batchSize = 1): 'detail' | 'body' | undefined =>
  kind === 'queue' ? (batchSize > 1 ? undefined : 'body') : 'detail';

/** Where what has happened to an execution is told. */
export interface CompletionTarget {
  readonly kind: 'topic' | 'queue' | 'bus';
  /** The ARN of a topic or queue, the name or ARN of a bus. */
  readonly to: string;
}

/** What is told of how executions of a flow end. */
export interface CompletionTargets {
  readonly onSuccess: readonly CompletionTarget[];
  /** Of those that failed or took too long. */
  readonly onFailure: readonly CompletionTarget[];
}
