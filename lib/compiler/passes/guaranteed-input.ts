import { isObject, type Json } from '../../protocol/json.ts';
import type { Path, Segment } from '../../protocol/path.ts';

/** The schema of what stands at a path of the input, where the input's schema makes sure that something does. */
export function schemaOfGuaranteed(schema: Json | undefined, { segments, further }: Path): Json | undefined {
  let here: Json | undefined = schema ?? true;
  for (const segment of segments) {
    here = memberOf(here, segment);
    if (here === undefined) return undefined;
  }
  return further ? schemaOfGuaranteed(here, further) : here;
}

/** Only what the state machine checks before the first step counts. */
function memberOf(schema: Json, segment: Segment): Json | undefined {
  if (!isObject(schema)) return undefined;
  if (typeof segment === 'number') {
    const { type, minItems, items = true } = schema;
    return type === 'array' && typeof minItems === 'number' && minItems > segment ? items : undefined;
  }
  // A field of such a name may travel under another one.
  if (schema.type !== 'object' || segment.startsWith('$')) return undefined;
  const { required, properties } = schema;
  if (!Array.isArray(required) || !required.includes(segment)) return undefined;
  const own = isObject(properties) && Object.hasOwn(properties, segment) ? properties[segment] : undefined;
  return own ?? true;
}

/** Whether a schema lets nothing but texts through. */
export const isTextSchema = (schema: Json): boolean => isObject(schema) && schema.type === 'string';
