import type { IConstruct } from 'constructs';
import { nearest } from '../../flow/text/nearest.ts';
import type { Trigger } from '../../flow/triggers/trigger.ts';
import { isObject, type JsonObject } from '../../protocol/json.ts';
import { WorkflowError } from '../workflow-error.ts';

// The interfaces are our own because the CDK's classes do not satisfy its interfaces under `exactOptionalPropertyTypes`.

/** A bucket: any `s3.IBucket`. */
export interface TriggerBucket {
  readonly bucketName: string;
  enableEventBridgeNotification(): void;
}

/** A queue: any `sqs.IQueue`. */
export interface TriggerQueue {
  readonly queueArn: string;
}

/** An event bus: any `events.IEventBus`. */
export interface TriggerBus {
  readonly eventBusName: string;
}

/** Options of the triggers of flows. */
export interface TriggerOptions {
  /**
   * Whether they start anything. `false`: they are deployed, but switched off.
   * @default true
   */
  readonly enabled?: boolean;
  /**
   * Buckets of the app, by the names that flows have for them. They are made to send their events to EventBridge.
   * @default - the bucket that has the name
   */
  readonly buckets?: { readonly [name: string]: TriggerBucket };
  /**
   * Queues of the app, by the names that flows have for them.
   * @default - the queue that has the name, in the account and region of the stack
   */
  readonly queues?: { readonly [name: string]: TriggerQueue };
  /**
   * Event buses of the app, by the names that flows have for them.
   * @default - the bus that has the name, in the account and region of the stack
   */
  readonly buses?: { readonly [name: string]: TriggerBus };
}

const KINDS = ['buckets', 'queues', 'buses'] as const;

/** The options of triggers. */
export const triggerOptions = (given: boolean | TriggerOptions = true): TriggerOptions =>
  typeof given === 'boolean' ? { enabled: given } : given;

/** The names that triggers have for what starts them. */
const namesIn = (triggers: readonly Trigger[]): Record<(typeof KINDS)[number], readonly string[]> => ({
  buckets: triggers.flatMap((each) => (each.kind === 's3' && each.bucket !== undefined ? [each.bucket] : [])),
  queues: triggers.flatMap((each) => (each.kind === 'queue' ? [each.queue] : [])),
  buses: triggers.flatMap((each) => (each.kind === 'event' ? [each.bus] : [])),
});

/** @throws WorkflowError for a name that no trigger has */
export function refuseUnused(scope: IConstruct, options: TriggerOptions, triggers: readonly Trigger[]): void {
  const known = namesIn(triggers);
  for (const kind of KINDS) {
    const unused = Object.keys(options[kind] ?? {}).find((name) => !known[kind].includes(name));
    if (unused === undefined) continue;
    const near = nearest(unused, known[kind]);
    const there = known[kind].length > 0 ? `the flow's are ${known[kind].join(', ')}` : 'there are none';
    const remedy = near === undefined ? there : `did you mean "${near}"?`;
    throw new WorkflowError(scope, `"triggers" has ${kind} for "${unused}", which no trigger names; ${remedy}`);
  }
}

/** The options as far as they are for these triggers. */
export function optionsFor(options: TriggerOptions, triggers: readonly Trigger[]): TriggerOptions {
  const known = namesIn(triggers);
  const own = <Bound>(kind: (typeof KINDS)[number], all: { readonly [name: string]: Bound } = {}) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => known[kind].includes(name)));
  return {
    ...options,
    buckets: own('buckets', options.buckets),
    queues: own('queues', options.queues),
    buses: own('buses', options.buses),
  };
}

/** The pattern of the events of a bucket, by the name that it really has. */
export function patternOf(pattern: JsonObject, { bucketName }: TriggerBucket): JsonObject {
  const detail = isObject(pattern.detail) ? pattern.detail : {};
  return { ...pattern, detail: { ...detail, bucket: { name: [bucketName] } } };
}
