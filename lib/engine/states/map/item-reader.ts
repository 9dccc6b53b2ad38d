import { isObject, type Json, type JsonObject } from '../../../protocol/json.ts';
import { QUOTAS } from '../../../protocol/quotas.ts';
import type { Section } from '../../definition/section.ts';
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
import { compileValue } from './selector.ts';

/** Evaluates an ItemReader; the items are read as they are taken. `input`: the state's input, after InputPath. */
export type ItemReader = (visit: Visit, input: Json) => Promise<AsyncIterable<Item>>;

/** Reads items with the evaluated arguments of an ItemReader. */
type Read = (objects: S3Objects, given: JsonObject) => AsyncIterable<Item>;

const GET = 'arn:aws:states:::s3:getObject';
const LIST = 'arn:aws:states:::s3:listObjectsV2';

/** Compiles ItemReader; undefined where the state has none. Source: "ItemReader (Map)", AWS Step Functions developer guide. */
export function compileItemReader(section: Section): ItemReader | undefined {
  const reader = section.section('ItemReader');
  if (reader === undefined) return undefined;
  const resource = reader.oneOf('Resource', [GET, LIST]);
  reader.require('Resource');
  const args = compileValue(reader, reader.language === 'JSONata' ? 'Arguments' : 'Parameters');
  const config = reader.section('ReaderConfig');
  const read = resource === LIST ? compileListing(config) : compileGetting(reader, config);
  const most: NumberField = config ? compileNumber(config, 'MaxItems', 'integer') : () => undefined;
  return async (visit, input) => {
    const given = (await args?.(visit, input)) ?? {};
    const limit = (await most(visit, input)) ?? 0;
    return items(visit.branch.execution.host.objects, isObject(given) ? given : {}, read, limit);
  };
}

async function* items(
  objects: S3Objects | undefined,
  given: JsonObject,
  read: Read,
  limit: number,
): AsyncGenerator<Item> {
  // AWS's words.
  if (limit < 0) throw itemReaderFailed('field MaxItems must be positive');
  if (objects === undefined) throw itemReaderFailed('There is no S3 here: the host gave the run no objects.');
  // 0 is AWS's word for as many as there are.
  let left = Math.min(limit > 0 ? limit : QUOTAS.mapItems, QUOTAS.mapItems);
  try {
    for await (const item of read(objects, given)) {
      yield item;
      left -= 1;
      if (left === 0) return;
    }
  } catch (thrown) {
    throw asItemReaderFailure(thrown);
  }
}

function compileGetting(reader: Section, config: Section | undefined): Read {
  const type = config?.oneOf('InputType', ['CSV', 'JSON', 'JSONL', 'MANIFEST']);
  if (!config?.has('InputType'))
    (config ?? reader).problem(
      'wanted an InputType: CSV, JSON, JSONL or MANIFEST',
      config ? 'InputType' : 'ReaderConfig',
    );
  const listing = config?.oneOf('ManifestType', ['S3_INVENTORY', 'ATHENA_DATA']);
  if (type === 'MANIFEST') return (objects, given) => inventory(objects, addressOf(given));
  const format = compileFormat(config, type);
  if (listing === 'ATHENA_DATA') return (objects, given) => athena(format)(objects, addressOf(given));
  return (objects, given) => {
    const address = addressOf(given);
    return format(objects.getObject(address), sourceOf(address));
  };
}

function compileListing(config: Section | undefined): Read {
  const isLoading = config?.oneOf('Transformation', ['NONE', 'LOAD_AND_FLATTEN']) === 'LOAD_AND_FLATTEN';
  const type = config?.oneOf('InputType', ['CSV', 'JSON', 'JSONL']);
  if (isLoading && type === undefined) config.problem('wanted an InputType: CSV, JSON or JSONL', 'InputType');
  if (!isLoading)
    return (objects, given) => listObjectItems(objects, textIn(given, 'Bucket'), textIn(given, 'Prefix', ''));
  const format = compileFormat(config, type);
  return (objects, given) => loadAndFlatten(objects, textIn(given, 'Bucket'), textIn(given, 'Prefix', ''), format);
}

function compileFormat(config: Section | undefined, type: 'CSV' | 'JSON' | 'JSONL' | undefined): FileReader {
  if (config === undefined || type === undefined || type === 'JSONL') return jsonLines;
  return type === 'CSV' ? compileCsv(config) : compileJson(config);
}

function addressOf(given: JsonObject): ObjectAddress {
  const { VersionId } = given;
  const version = typeof VersionId === 'string' ? { VersionId } : {};
  return { Bucket: textIn(given, 'Bucket'), Key: textIn(given, 'Key'), ...version };
}

function textIn(given: JsonObject, key: string, otherwise?: string): string {
  const value = given[key] ?? otherwise;
  if (typeof value === 'string') return value;
  throw itemReaderFailed(
    `The argument ${key} is ${value === undefined ? 'missing' : JSON.stringify(value)}, wanted a text.`,
  );
}

/** Whatever else is thrown while items are read becomes a failure of the Map. */
function asItemReaderFailure(thrown: unknown): unknown {
  if (thrown instanceof StateFailure || thrown instanceof Aborted) return thrown;
  return itemReaderFailed(thrown instanceof Error ? thrown.message : String(thrown));
}
