import type { Json } from '../../protocol/json.ts';

/**
 * How many levels of lists and objects a value may have. AWS documents no such limit; that of its JSON parser, Jackson, is
 * the same. Values are walked recursively, and no stack ends before this depth.
 */
export const DEPTH_LIMIT = 1000;

/** The path to the first list or object that is too deep; undefined if there is none. */
export function tooDeepAt(value: Json, levels = DEPTH_LIMIT): readonly string[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (levels === 0) return [];
  for (const [key, part] of Object.entries(value)) {
    const below = tooDeepAt(part, levels - 1);
    if (below !== undefined) return [key, ...below];
  }
  return undefined;
}

/** Parses a JSON text. Throws an error if it is not JSON or is nested too deep. */
export function parseJson(text: string): Json {
  const value: Json = JSON.parse(text);
  // A shorter text cannot be too deep.
  if (text.length > DEPTH_LIMIT && tooDeepAt(value) !== undefined)
    throw new RangeError(`nested more than ${DEPTH_LIMIT} levels deep`);
  return value;
}
