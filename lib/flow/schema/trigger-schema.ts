import type { Json, JsonObject } from '../../protocol/json.ts';
import type { TARGET_KEYS } from '../triggers/read-completion.ts';
import { type EVENT_KEYS, S3_EVENTS, type S3_KEYS } from '../triggers/read-sources.ts';
import type { TRIGGER_KEYS } from '../triggers/read-triggers.ts';

const value: Json = { $ref: '#/definitions/value' };
const text = (description: string): Json => ({ type: 'string', description });
const orList = (description: string): Json => ({
  anyOf: [{ type: 'string' }, { type: 'array', items: { type: ['string', 'object'] } }],
  description,
});
const pattern = (description: string): Json => ({ type: 'object', description });

type Described<Keys extends readonly string[]> = { readonly [K in Keys[number]]: Json };

const S3: Described<typeof S3_KEYS> = {
  bucket: text('The name of the bucket, which has to send its events to EventBridge.'),
  prefix: text('What the keys of the objects start with.'),
  suffix: text('What the keys of the objects end with.'),
  events: {
    type: 'array',
    items: { enum: [...S3_EVENTS] },
    description: 'Which events start it. Default: [Object Created].',
  },
};

const EVENT: Described<typeof EVENT_KEYS> = {
  source: orList('Who sends the events.'),
  detailType: orList('The types of the events.'),
  detail: pattern('A pattern of the "detail" of the events, as EventBridge has them: { status: [PAID] }.'),
  bus: text("The name or ARN of the event bus. Default: the account's own."),
};

const TRIGGER: Described<typeof TRIGGER_KEYS> = {
  name: {
    type: 'string',
    pattern: '^[A-Za-z0-9_-]{1,30}$',
    description: 'Tells it from the other triggers of the flow.',
  },
  enabled: { type: 'boolean', description: 'Whether it starts anything. Default: true.' },
  input: {
    ...value,
    description: "The flow's input; { $input: PATH } reads the event. Default: its detail, or the body of a message.",
  },
  schedule: text('When the flow starts: rate(1 day), cron(0 9 ? * MON-FRI *) or at(2030-01-31T09:00:00).'),
  timezone: text('The time zone of the schedule, such as Europe/Berlin. Default: UTC.'),
  s3: {
    type: 'object',
    properties: S3,
    required: ['bucket'],
    additionalProperties: false,
    description: 'Objects of a bucket.',
  },
  event: {
    type: 'object',
    properties: EVENT,
    additionalProperties: false,
    description: 'Events of an EventBridge bus.',
  },
  queue: text('The name or ARN of an SQS queue whose messages start the flow.'),
  batchSize: {
    type: 'integer',
    minimum: 1,
    maximum: 10,
    description: 'How many messages at most start one execution. Default: 1.',
  },
  filter: pattern('A pattern of the event, or of a message, that has to match besides.'),
};

const TARGET: Described<typeof TARGET_KEYS> = {
  topic: text('The ARN of an SNS topic.'),
  queue: text('The ARN of an SQS queue.'),
  bus: text('The name or ARN of an event bus.'),
};

const target: JsonObject = {
  type: 'object',
  properties: TARGET,
  additionalProperties: false,
  minProperties: 1,
  maxProperties: 1,
};

/** The schema of `metadata.aws.triggers`. */
export const triggersSchema: Json = {
  type: ['array', 'null'],
  items: { type: 'object', properties: TRIGGER, additionalProperties: false },
  description: 'What starts the flow: schedules, objects of a bucket, events, messages of a queue.',
};

/** The schema of `metadata.aws.onSuccess` and `onFailure`. */
export const completionSchema = (description: string): Json => ({
  anyOf: [target, { type: 'array', items: target }, { type: 'null' }],
  description,
});
