import { isObject, type Json } from '../../protocol/json.ts';
import type { Path, Segment } from '../../protocol/path.ts';

/** The schema of the value at a path of the input; undefined unless the input's schema guarantees that there is one. */
export function schemaOfGuaranteed(schema: Json | undefined, { segments, further }: Path): Json | undefined {
  let here: Json | undefined = schema ?? true;
  for (const segment of segments) {
    here = memberOf(here, segment);
    if (here === undefined) return undefined;
  }
  return further ? schemaOfGuaranteed(here, further) : here;
}

/** The schema of a guaranteed field or item. Only keywords count that the state machine checks before the first step. */
function memberOf(schema: Json, segment: Segment): Json | undefined {
  if (!isObject(schema)) return undefined;
  if (typeof segment === 'number') {
    const { type, minItems, items = true } = schema;
    return type === 'array' && typeof minItems === 'number' && minItems > segment ? items : undefined;
  }
  // A field with such a name may be escaped on the way, and then has another name.
  if (schema.type !== 'object' || segment.startsWith('$')) return undefined;
  const { required, properties } = schema;
  if (!Array.isArray(required) || !required.includes(segment)) return undefined;
  const own = isObject(properties) && Object.hasOwn(properties, segment) ? properties[segment] : undefined;
  return own ?? true;
}

/** Whether a schema allows nothing but strings. */
export const isStringSchema = (schema: Json): boolean => isObject(schema) && schema.type === 'string';
