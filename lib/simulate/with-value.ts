import { isObject, type Json } from '../protocol/json.ts';
import type { Segment } from '../protocol/path.ts';

/** A copy of a value with another one at a path; lists and maps are created where the path needs them. */
export function withValue(whole: Json, segments: readonly Segment[], value: Json): Json {
  const [segment, ...rest] = segments;
  if (segment === undefined) return value;
  if (typeof segment === 'number') {
    const list = Array.isArray(whole) ? [...whole] : [];
    while (list.length <= segment) list.push(null);
    list[segment] = withValue(list[segment] ?? null, rest, value);
    return list;
  }
  const map = isObject(whole) ? whole : {};
  return { ...map, [segment]: withValue(map[segment] ?? null, rest, value) };
}
