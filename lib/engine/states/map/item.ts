import { isObject, type Json, type JsonObject } from '../../../protocol/json.ts';
import type { ObjectAddress } from '../../objects.ts';

/** An item of a distributed Map's dataset. */
export interface Item {
  readonly value: Json;
  /** Its key, if the dataset is an object. */
  readonly key?: string;
  /** Its source, as in the context object: `STATE_DATA`, or `S3://bucket/key`. */
  readonly source: string;
}

/**
 * The items of a distributed Map, in order. An array if they are in the state's data; otherwise they are read as they
 * are needed.
 */
export type Dataset = readonly Item[] | AsyncIterable<Item>;

/** The source of items that are in the state's own data. */
const STATE_DATA = 'STATE_DATA';

/** The source of items that are in an object. */
export const sourceOf = ({ Bucket, Key }: ObjectAddress): string => `S3://${Bucket}/${Key}`;

/**
 * The items of a list, or the fields of an object.
 * Source: "Map state input and output fields" and "Accessing execution data from the Context object", AWS Step Functions
 * developer guide.
 */
export const itemsOf = (collection: readonly Json[] | JsonObject, source = STATE_DATA): Item[] =>
  isObject(collection)
    ? Object.entries(collection).map(([key, value]) => ({ value, key, source }))
    : collection.map((value) => ({ value, source }));

/** `Map.Item` of the context object, for ItemSelector. */
export const contextOf = ({ value, key, source }: Item, index: number): JsonObject => ({
  Index: index,
  ...(key !== undefined && { Key: key }),
  Value: value,
  Source: source,
});

/** The input of an iteration without ItemSelector. */
export const inputOf = ({ value, key }: Item): Json => (key === undefined ? value : { Key: key, Value: value });
