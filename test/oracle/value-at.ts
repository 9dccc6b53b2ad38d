import { isObject, type Json } from '../../lib/protocol/json.ts';
import type { Path, Segment } from '../../lib/protocol/path.ts';

/**
 * The value at a parsed path; undefined where there is none. Language: "Without `$`, a field that has exactly the written
 * name wins over the path it spells"; "A field of a list or an index of a map are missing".
 */
export function valueAt(value: Json, { segments, exact }: Path): Json | undefined {
  const named = exact === undefined ? undefined : field(value, exact);
  return named !== undefined ? named : segments.reduce<Json | undefined>(descend, value);
}

/** Language: "Any path of a step whose whole result is null is null." */
export const resultAt = (result: Json, path: Path): Json | undefined =>
  result === null ? null : valueAt(result, path);

function descend(value: Json | undefined, segment: Segment): Json | undefined {
  if (value === undefined) return undefined;
  if (typeof segment === 'string') return field(value, segment);
  return Array.isArray(value) ? value[segment] : undefined;
}

const field = (value: Json, name: string): Json | undefined =>
  isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
