import type { Trigger } from '../../flow/triggers/trigger.ts';
import type { Json, JsonObject } from '../../protocol/json.ts';

const TEXT: Json = { type: 'string' };
const NUMBER: Json = { type: 'number' };

const open = (properties: JsonObject, required: readonly string[] = Object.keys(properties)): JsonObject => ({
  type: 'object',
  properties,
  required: [...required],
});

/** What every event of EventBridge has. Source: "AWS service event metadata", Amazon EventBridge events reference. */
const envelope = (detail: Json): JsonObject => ({
  ...open({
    version: TEXT,
    id: TEXT,
    source: TEXT,
    'detail-type': TEXT,
    account: TEXT,
    region: TEXT,
    time: TEXT,
    resources: { type: 'array', items: TEXT },
    detail,
  }),
  // An event that a bus replays has the name of the replay too.
  additionalProperties: false,
});

/** The `detail` of the events of a bucket. Source: "EventBridge event message structure", Amazon S3 user guide. */
const OBJECT: JsonObject = open(
  {
    version: TEXT,
    bucket: open({ name: TEXT }),
    object: open({ key: TEXT, size: NUMBER, etag: TEXT, 'version-id': TEXT, sequencer: TEXT }, ['key']),
    'request-id': TEXT,
    requester: TEXT,
    'source-ip-address': TEXT,
    reason: TEXT,
    'deletion-type': TEXT,
  },
  ['bucket', 'object'],
);

/** The `detail` of the event of a schedule: see `scheduleEvent`. */
const SCHEDULED: JsonObject = {
  ...open({ schedule: TEXT, time: TEXT, attempt: TEXT }),
  additionalProperties: false,
};

/**
 * A message of a queue, whose body has been read if it is JSON. Source: "Amazon Simple Queue Service as a source", Amazon EventBridge
 * user guide.
 */
const MESSAGE: JsonObject = {
  ...open(
    {
      messageId: TEXT,
      receiptHandle: TEXT,
      body: {},
      attributes: { type: 'object' },
      messageAttributes: { type: 'object' },
      md5OfBody: TEXT,
      md5OfMessageAttributes: TEXT,
      eventSource: TEXT,
      eventSourceARN: TEXT,
      awsRegion: TEXT,
    },
    ['messageId', 'body'],
  ),
  additionalProperties: false,
};

/** The JSON Schema of the event that the input of a trigger reads. */
export function eventSchema(trigger: Trigger): JsonObject {
  switch (trigger.kind) {
    case 'schedule':
      return envelope(SCHEDULED);
    case 's3':
      return envelope(OBJECT);
    case 'event':
      return envelope({});
    case 'queue':
      return trigger.batchSize > 1 ? { type: 'array', items: MESSAGE, minItems: 1 } : MESSAGE;
  }
}
