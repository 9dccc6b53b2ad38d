import type { Reporter } from '../../diagnostics/diagnostics.ts';
import { isObject, type Json, type JsonObject } from '../../protocol/json.ts';
import { Fields, type KeyHints } from '../text/fields.ts';
import { type MapTree, type Tree, toJson } from '../text/tree.ts';
import { BUCKET_NAME, isBucketName, RESOURCE_NAMES } from './aws-names.ts';
import { checkPattern } from './event-pattern.ts';
import type { EventTrigger, QueueTrigger, Trigger } from './trigger.ts';

type Common = Pick<Trigger, 'name' | 'enabled' | 'input' | 'written' | 'span'> & { readonly batchSize: number };

/** Reads a trigger that starts with events or messages; undefined, with a diagnostic, where there is no telling which. */
export function readSources(
  kind: 's3' | 'event' | 'queue',
  fields: Fields,
  { batchSize, ...common }: Common,
  reporter: Reporter,
): EventTrigger | QueueTrigger | undefined {
  const filter = readPattern(fields.tree('filter'), '"filter"', reporter);
  if (kind === 'queue') {
    const queue = readResource(fields, 'queue', 'queue', reporter);
    return queue === undefined ? undefined : { kind, ...common, queue, batchSize, ...(filter && { pattern: filter }) };
  }
  const source = kind === 's3' ? readBucket(fields, reporter) : readEvent(fields, reporter);
  if (!source) return undefined;
  const pattern = merged(source.pattern, filter ?? {}, fields, reporter);
  return { kind, ...common, ...source, pattern };
}

type Source = Pick<EventTrigger, 'pattern' | 'bus' | 'bucket'>;

/**
 * The events that S3 sends to EventBridge. Source: "Amazon S3 event notification types and destinations" and "Using
 * EventBridge", Amazon S3 user guide.
 */
export const S3_EVENTS = [
  'Object Created',
  'Object Deleted',
  'Object Restore Initiated',
  'Object Restore Completed',
  'Object Restore Expired',
  'Object Storage Class Changed',
  'Object Access Tier Changed',
  'Object ACL Updated',
  'Object Tags Added',
  'Object Tags Deleted',
] as const;

/** The keys of `s3`. */
export const S3_KEYS = ['bucket', 'prefix', 'suffix', 'events'] as const;

function readBucket(fields: Fields, reporter: Reporter): Source | undefined {
  const map = fields.object('s3');
  if (!map) return missing(fields, 's3', 'a map: { bucket: NAME }');
  const s3 = new Fields(map, '"s3"', S3_KEYS, reporter, { hints: S3_HINTS });
  const bucket = s3.requiredString('bucket');
  const events = readEvents(s3, reporter);
  const prefix = s3.string('prefix') ?? '';
  const suffix = s3.string('suffix') ?? '';
  if (bucket === undefined) return undefined;
  if (!isBucketName(bucket)) {
    const problem = `"${bucket}" is no name of a bucket`;
    reporter.report('bad-trigger', { problem, remedy: `Write ${BUCKET_NAME}.` }, s3.tree('bucket')?.span ?? map.span);
  }
  const key = keyPattern(prefix, suffix);
  const detail = { bucket: { name: [bucket] }, ...(key !== undefined && { object: { key: [key] } }) };
  return { pattern: { source: ['aws.s3'], 'detail-type': events, detail }, bus: 'default', bucket };
}

const S3_HINTS: KeyHints = new Map([
  ['key', { instead: 'Write what the keys start with as "prefix".', key: 'prefix' }],
  ['name', { instead: 'Write the name of the bucket as "bucket".', key: 'bucket' }],
  ['event', { instead: 'Write the events as "events": [Object Created].', key: 'events' }],
]);

function readEvents(s3: Fields, reporter: Reporter): string[] {
  const items = s3.list('events') ?? [];
  const known: readonly string[] = S3_EVENTS;
  const found = items.flatMap((item) => {
    const list: MapTree = {
      kind: 'map',
      entries: new Map([['events', { key: item.span, value: item }]]),
      span: item.span,
    };
    return new Fields(list, '"s3"', ['events'], reporter).oneOf('events', known) ?? [];
  });
  return found.length > 0 ? found : ['Object Created'];
}

/** Two comparisons in one list would be alternatives: both are said by one wildcard. */
function keyPattern(prefix: string, suffix: string): Json | undefined {
  if (prefix !== '' && suffix !== '') return { wildcard: `${escaped(prefix)}*${escaped(suffix)}` };
  if (prefix !== '') return { prefix };
  return suffix === '' ? undefined : { suffix };
}

const escaped = (text: string): string => text.replace(/[*\\]/g, '\\$&');

/** The keys of `event`. */
export const EVENT_KEYS = ['source', 'detailType', 'detail', 'bus'] as const;

const EVENT_HINTS: KeyHints = new Map([
  ['type', { instead: 'Write the type of the event as "detailType".', key: 'detailType' }],
  ['pattern', { instead: 'Write a pattern of the whole event as "filter", beside "event".' }],
  ['eventbusname', { instead: 'Write the name or ARN of the event bus as "bus".', key: 'bus' }],
]);

function readEvent(fields: Fields, reporter: Reporter): Source | undefined {
  const map = fields.object('event');
  if (!map) return missing(fields, 'event', 'a map: { source: NAME }');
  const entries = new Map([...map.entries].map(([key, entry]) => [key === 'detail-type' ? 'detailType' : key, entry]));
  const event = new Fields({ ...map, entries }, '"event"', EVENT_KEYS, reporter, { hints: EVENT_HINTS });
  const source = readNames(event, 'source', reporter);
  const detailType = readNames(event, 'detailType', reporter);
  const detail = readPattern(event.tree('detail'), '"detail"', reporter);
  const bus = event.tree('bus') ? readResource(event, 'bus', 'bus', reporter) : 'default';
  if (!source && !detailType && !detail) {
    const problem = 'This trigger would start the flow with every event of the bus';
    const remedy = 'Write which events: { source: NAME, detailType: TYPE }.';
    if (!event.isMisspelt('source', 'detailType', 'detail'))
      reporter.report('bad-trigger', { problem, remedy }, map.span);
    return undefined;
  }
  const pattern = {
    ...(source && { source }),
    ...(detailType && { 'detail-type': detailType }),
    ...(detail && { detail }),
  };
  return { pattern, bus: bus ?? 'default' };
}

/** One text or a list of texts and comparisons. */
function readNames(event: Fields, key: string, reporter: Reporter): Json[] | undefined {
  const tree = event.tree(key);
  if (!tree || (tree.kind === 'scalar' && tree.value === null)) return undefined;
  if (tree.kind === 'scalar') {
    const name = event.string(key);
    return name === undefined ? undefined : [name];
  }
  if (tree.kind === 'map') {
    event.wrong(key, 'a text, or a list of texts and comparisons');
    return undefined;
  }
  const only = new Map([[key, { key: tree.span, value: tree }]]);
  checkPattern({ kind: 'map', entries: only, span: tree.span }, `"${key}"`, reporter);
  return tree.items.map(toJson);
}

function readPattern(tree: Tree | undefined, where: string, reporter: Reporter): JsonObject | undefined {
  if (!tree) return undefined;
  checkPattern(tree, where, reporter);
  const pattern = toJson(tree);
  return isObject(pattern) ? pattern : undefined;
}

function readResource(
  fields: Fields,
  key: string,
  kind: keyof typeof RESOURCE_NAMES,
  reporter: Reporter,
): string | undefined {
  const name = fields.requiredString(key);
  const { fits, wanted } = RESOURCE_NAMES[kind];
  if (name === undefined || fits(name)) return name;
  const problem = `"${name}" is not ${wanted}`;
  reporter.report('bad-trigger', { problem, remedy: `Write ${wanted}.` }, fields.tree(key)?.span ?? fields.map.span);
  return undefined;
}

function missing(fields: Fields, key: string, wanted: string): undefined {
  // Anything but a map has been reported; null has not.
  if (fields.json(key) === undefined) fields.wrong(key, wanted);
  return undefined;
}

/** A pattern that says what both say. */
function merged(own: JsonObject, filter: JsonObject, fields: Fields, reporter: Reporter, at = ''): JsonObject {
  const result: { [key: string]: Json } = { ...own };
  for (const [key, value] of Object.entries(filter)) {
    const before = own[key];
    const path = at === '' ? key : `${at}.${key}`;
    if (before === undefined) result[key] = value;
    else if (isObject(before) && isObject(value)) result[key] = merged(before, value, fields, reporter, path);
    else {
      const problem = `"${path}" is in "filter", and said by the trigger already`;
      const remedy = 'Say it in one of the two places.';
      reporter.report('bad-trigger', { problem, remedy }, fields.tree('filter')?.span ?? fields.map.span);
    }
  }
  return result;
}
