/** The name of a bucket. Source: "General purpose buckets naming rules", Amazon S3 user guide. */
export const isBucketName = (name: string): boolean =>
  /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes('..') && !/^\d+\.\d+\.\d+\.\d+$/.test(name);

/** What a bucket's name is, for messages. */
export const BUCKET_NAME = 'the name of a bucket: 3 to 63 lower-case letters, digits, "." and "-"';

const arnOf = (service: string, resource: string): RegExp =>
  new RegExp(`^arn:aws[a-z-]*:${service}:[a-z]{2}[a-z0-9-]*-\\d:\\d{12}:${resource}$`);

const QUEUE = '[A-Za-z0-9_-]{1,80}(?:\\.fifo)?';
const BUS = '[A-Za-z0-9._/-]{1,256}';
const TOPIC = '[A-Za-z0-9_-]{1,256}(?:\\.fifo)?';

const QUEUE_ARN = arnOf('sqs', QUEUE);
const BUS_ARN = arnOf('events', `event-bus/${BUS}`);
const TOPIC_ARN = arnOf('sns', TOPIC);

/** Kinds of resources that a flow names: the test of a name or ARN, and what it is for messages. */
export const RESOURCE_NAMES = {
  queue: {
    fits: (text: string) => QUEUE_ARN.test(text) || new RegExp(`^${QUEUE}$`).test(text),
    wanted: 'the name or ARN of an SQS queue',
  },
  queueArn: {
    fits: (text: string) => QUEUE_ARN.test(text),
    wanted: 'the ARN of an SQS queue: arn:aws:sqs:REGION:ACCOUNT:NAME',
  },
  topicArn: {
    fits: (text: string) => TOPIC_ARN.test(text),
    wanted: 'the ARN of an SNS topic: arn:aws:sns:REGION:ACCOUNT:NAME',
  },
  bus: {
    fits: (text: string) => BUS_ARN.test(text) || new RegExp(`^${BUS}$`).test(text),
    wanted: 'the name or ARN of an event bus',
  },
} as const;
