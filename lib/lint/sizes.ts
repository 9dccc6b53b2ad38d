import { isObject, type Json, type JsonObject } from '../protocol/json.ts';
import { bytesOf } from '../runtime/spill/spill.ts';

/** How large a value is, as compact JSON in UTF-8: in bytes, or without a bound, or nothing is known of it. */
export type Size = number | 'unbounded' | 'unknown';

/** Bytes from which a value is large: an eighth of what a state's input may have, and is shared by all that it reads. */
export const LARGE_BYTES = 32 * 1024;

/** Bytes of a text of which a schema does not say how long it may be: such texts are names and sentences, mostly. */
const TEXT_BYTES = 256;

const NUMBER_BYTES = 24;

/** The 64 digits of a blob's id, in quotes. */
export const BLOB_ID_BYTES = 66;

/** The most bytes that a value of a schema has. A text without a limit counts as a short one, a list without one as unbounded. */
export function sizeBySchema(schema: Json | undefined): Size {
  if (!isObject(schema)) return 'unknown';
  const { enum: values, type, $ref } = schema;
  if (schema.const !== undefined) return bytesOf(schema.const);
  if (Array.isArray(values)) return Math.max(0, ...values.map(bytesOf));
  for (const keyword of ['anyOf', 'oneOf'])
    if (Array.isArray(schema[keyword]))
      return (schema[keyword] as readonly Json[]).map(sizeBySchema).reduce(largest, 0);
  if ($ref !== undefined || typeof type !== 'string')
    return isObject(schema.properties) ? sizeOfMap(schema) : 'unknown';
  if (type === 'object') return sizeOfMap(schema);
  if (type === 'array') return sizeOfList(schema);
  if (type !== 'string') return NUMBER_BYTES;
  return typeof schema.maxLength === 'number' ? schema.maxLength + 2 : TEXT_BYTES;
}

function sizeOfMap({ properties, additionalProperties }: JsonObject): Size {
  if (!isObject(properties)) return 'unknown';
  const own = Object.entries(properties).map(([key, value]) => plus(sizeBySchema(value), key.length + 4));
  const further: Size = isObject(additionalProperties) || additionalProperties === true ? 'unbounded' : 0;
  return [...own, further].reduce(plus, 2);
}

function sizeOfList({ items, maxItems }: JsonObject): Size {
  if (typeof maxItems !== 'number') return 'unbounded';
  const one = sizeBySchema(items);
  return typeof one === 'number' ? 2 + maxItems * (one + 1) : one;
}

const largest = (one: Size, other: Size): Size =>
  typeof one === 'number' && typeof other === 'number' ? Math.max(one, other) : worse(one, other);

const plus = (one: Size, other: Size): Size =>
  typeof one === 'number' && typeof other === 'number' ? one + other : worse(one, other);

const worse = (one: Size, other: Size): Size =>
  one === 'unbounded' || other === 'unbounded' ? 'unbounded' : 'unknown';
