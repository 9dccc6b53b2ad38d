/** Any JSON value, as in flows, payloads and blobs. */
export type Json = null | boolean | number | string | Json[] | JsonObject;

/** A JSON object. */
export type JsonObject = { [key: string]: Json };

/** Whether `value` is an object, neither a list nor null. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * How many levels of lists and maps a flow, an input or any other text may have. Values are walked recursively: this limit
 * is far below what exhausts any stack, and far above what anybody writes.
 */
export const DEPTH_LIMIT = 600;
