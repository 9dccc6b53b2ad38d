import { isObject, type Json, type JsonObject } from '../protocol/json.ts';

/** What a component does with a field of its input. */
export type Taking = 'required' | 'optional' | 'not taken' | 'unknown';

/** The alternatives of a schema; itself where it has none. */
const variantsOf = (schema: JsonObject): readonly Json[] => {
  for (const keyword of ['anyOf', 'oneOf', 'allOf']) {
    const variants = schema[keyword];
    if (Array.isArray(variants)) return variants;
  }
  return [schema];
};

const ORDER: readonly Taking[] = ['not taken', 'unknown', 'optional', 'required'];

/** What a component does with the value at `keys` of its input; `schema` is that of the input. */
export function takingOf(schema: Json | undefined, keys: readonly (string | number)[]): Taking {
  const [key, ...rest] = keys;
  if (key === undefined) return 'required';
  if (!isObject(schema) || schema.$ref !== undefined) return 'unknown';
  const variants = variantsOf(schema);
  if (variants.length > 1 || variants[0] !== schema) return mostOf(variants.map((variant) => takingOf(variant, keys)));
  if (typeof key === 'number') return isObject(schema.items) ? takingOf(schema.items, rest) : 'unknown';
  const { properties, additionalProperties, patternProperties, required } = schema;
  const isRequired = Array.isArray(required) && required.includes(key);
  const isNamed = isObject(properties) && Object.hasOwn(properties, key);
  if (isRequired && !isNamed) return 'required';
  if (!isObject(properties)) return 'unknown';
  if (!isNamed) {
    const isOpen = additionalProperties === true || isObject(additionalProperties) || patternProperties !== undefined;
    return isOpen ? 'unknown' : 'not taken';
  }
  const inside = takingOf(properties[key], rest);
  // A field that is taken whatever is in it is taken with all that is in it.
  const taken = inside === 'unknown' ? 'required' : inside;
  return isRequired || taken !== 'required' ? taken : 'optional';
}

/** What is done with a value of which several schemas say something. */
export const mostOf = (all: readonly Taking[]): Taking =>
  all.reduce((most, one) => (ORDER.indexOf(one) > ORDER.indexOf(most) ? one : most), 'not taken');

/** The part of a schema that describes the value at `keys`; undefined where nothing is known of it. */
export function schemaAt(schema: Json | undefined, keys: readonly (string | number)[]): Json | undefined {
  const [key, ...rest] = keys;
  if (key === undefined || schema === undefined) return schema;
  if (!isObject(schema)) return undefined;
  if (typeof key === 'number') return schemaAt(schema.items, rest);
  return isObject(schema.properties) ? schemaAt(schema.properties[key], rest) : undefined;
}

/** Whether a schema says what the value at `keys` must be; one in parts or by reference counts as if it did. */
export function isDescribed(schema: Json | undefined, keys: readonly (string | number)[]): boolean {
  const [key, ...rest] = keys;
  if (schema === undefined) return false;
  if (key === undefined) return true;
  if (!isObject(schema)) return false;
  if (IN_PARTS.some((keyword) => schema[keyword] !== undefined)) return true;
  const { items, properties, additionalProperties } = schema;
  if (typeof key === 'number') return isDescribed(items, rest);
  if (isObject(properties) && Object.hasOwn(properties, key)) return isDescribed(properties[key], rest);
  return isObject(additionalProperties) && isDescribed(additionalProperties, rest);
}

const IN_PARTS = ['$ref', 'allOf', 'anyOf', 'oneOf', 'if', 'patternProperties', 'prefixItems', 'enum', 'const'];

/** The fields that a schema of a map names, and whether it takes no others; undefined for any other schema. */
export function namedFields(
  schema: Json | undefined,
): { readonly names: readonly string[]; readonly required: readonly string[] } | undefined {
  if (!isObject(schema) || !isObject(schema.properties)) return undefined;
  const { properties, additionalProperties, required } = schema;
  if (additionalProperties === true || isObject(additionalProperties)) return undefined;
  return {
    names: Object.keys(properties),
    required: Array.isArray(required) ? required.filter((name) => typeof name === 'string') : [],
  };
}
