import { isObject, type Json, type JsonObject } from '../../../protocol/json.ts';
import { QUOTAS } from '../../../protocol/quotas.ts';
import type { Section } from '../../definition/section.ts';
import { compileValue } from '../../definition/value.ts';
import { Aborted, StateFailure } from '../../execution/failures.ts';
import type { Visit } from '../../execution/visit.ts';
import type { ObjectAddress, S3Objects } from '../../objects.ts';
import { type Item, sourceOf } from './item.ts';
import { compileNumber, type NumberField } from './number-field.ts';
import { compileCsv } from './read/csv.ts';
import { type FileReader, itemReaderFailed } from './read/file-reader.ts';
import { compileJson, jsonLines } from './read/json.ts';
import { listObjectItems, loadAndFlatten } from './read/list.ts';
import { athena, inventory } from './read/manifest.ts';

/** Evaluates an ItemReader; items are read as they are consumed. `input`: the effective input. */
export type ItemReader = (visit: Visit, input: Json) => Promise<AsyncIterable<Item>>;

/** Reads items, given the evaluated arguments of an ItemReader. */
type Read = (objects: S3Objects, args: JsonObject) => AsyncIterable<Item>;

const GET = 'arn:aws:states:::s3:getObject';
const LIST = 'arn:aws:states:::s3:listObjectsV2';

/** Compiles ItemReader; undefined if the state has none. Source: "ItemReader (Map)", AWS Step Functions developer guide. */
export function compileItemReader(section: Section): ItemReader | undefined {
  const reader = section.section('ItemReader');
  if (reader === undefined) return undefined;
  const resource = reader.oneOf('Resource', [GET, LIST]);
  reader.require('Resource');
  const args = compileValue(reader, reader.language === 'JSONata' ? 'Arguments' : 'Parameters');
  const config = reader.section('ReaderConfig');
  const read = resource === LIST ? compileListObjects(config) : compileGetObject(reader, config);
  const maxItems: NumberField = config ? compileNumber(config, 'MaxItems', 'integer') : () => undefined;
  return async (visit, input) => {
    const evaluated = (await args?.(visit, input)) ?? {};
    const limit = (await maxItems(visit, input)) ?? 0;
    return readItems(visit.branch.execution.host.objects, isObject(evaluated) ? evaluated : {}, read, limit);
  };
}

async function* readItems(
  objects: S3Objects | undefined,
  args: JsonObject,
  read: Read,
  limit: number,
): AsyncGenerator<Item> {
  // AWS's message.
  if (limit < 0) throw itemReaderFailed('field MaxItems must be positive');
  if (objects === undefined) throw itemReaderFailed('There is no S3 here: the host gave the run no objects.');
  // On AWS, 0 means all items.
  let remaining = Math.min(limit > 0 ? limit : QUOTAS.mapItems, QUOTAS.mapItems);
  try {
    for await (const item of read(objects, args)) {
      yield item;
      remaining -= 1;
      if (remaining === 0) return;
    }
  } catch (thrown) {
    throw asItemReaderFailure(thrown);
  }
}

function compileGetObject(reader: Section, config: Section | undefined): Read {
  const type = config?.oneOf('InputType', ['CSV', 'JSON', 'JSONL', 'MANIFEST']);
  if (!config?.has('InputType'))
    (config ?? reader).problem(
      'wanted an InputType: CSV, JSON, JSONL or MANIFEST',
      config ? 'InputType' : 'ReaderConfig',
    );
  const manifestType = config?.oneOf('ManifestType', ['S3_INVENTORY', 'ATHENA_DATA']);
  if (type === 'MANIFEST') return (objects, args) => inventory(objects, addressOf(args));
  const readFile = compileFileReader(config, type);
  if (manifestType === 'ATHENA_DATA') return (objects, args) => athena(readFile)(objects, addressOf(args));
  return (objects, args) => {
    const address = addressOf(args);
    return readFile(objects.getObject(address), sourceOf(address));
  };
}

function compileListObjects(config: Section | undefined): Read {
  const isLoading = config?.oneOf('Transformation', ['NONE', 'LOAD_AND_FLATTEN']) === 'LOAD_AND_FLATTEN';
  const type = config?.oneOf('InputType', ['CSV', 'JSON', 'JSONL']);
  if (isLoading && type === undefined) config.problem('wanted an InputType: CSV, JSON or JSONL', 'InputType');
  if (!isLoading)
    return (objects, args) =>
      listObjectItems(objects, stringArgument(args, 'Bucket'), stringArgument(args, 'Prefix', ''));
  const readFile = compileFileReader(config, type);
  return (objects, args) =>
    loadAndFlatten(objects, stringArgument(args, 'Bucket'), stringArgument(args, 'Prefix', ''), readFile);
}

function compileFileReader(config: Section | undefined, type: 'CSV' | 'JSON' | 'JSONL' | undefined): FileReader {
  if (config === undefined || type === undefined || type === 'JSONL') return jsonLines;
  return type === 'CSV' ? compileCsv(config) : compileJson(config);
}

function addressOf(args: JsonObject): ObjectAddress {
  const { VersionId } = args;
  const version = typeof VersionId === 'string' ? { VersionId } : {};
  return { Bucket: stringArgument(args, 'Bucket'), Key: stringArgument(args, 'Key'), ...version };
}

function stringArgument(args: JsonObject, key: string, fallback?: string): string {
  const value = args[key] ?? fallback;
  if (typeof value === 'string') return value;
  throw itemReaderFailed(
    `The argument ${key} is ${value === undefined ? 'missing' : JSON.stringify(value)}, wanted a text.`,
  );
}

/** Converts an error while items are read to the failure of the Map. */
function asItemReaderFailure(thrown: unknown): unknown {
  if (thrown instanceof StateFailure || thrown instanceof Aborted) return thrown;
  return itemReaderFailed(thrown instanceof Error ? thrown.message : String(thrown));
}
