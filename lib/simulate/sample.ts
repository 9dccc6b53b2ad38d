import { isObject, type Json, type JsonObject } from '../protocol/json.ts';

/**
 * A value that satisfies a JSON Schema, as far as possible: a value that the schema has (`const`, `default`, an example, the
 * first of an `enum`), else the smallest that its type and bounds allow. Booleans and unconstrained values are true, so that
 * conditions on inputs hold. `pattern` is ignored.
 */
export function sampleValue(schema: Json | undefined, root: Json = schema ?? true, depth = 0): Json {
  if (!isObject(schema) || depth > MAX_DEPTH) return true;
  for (const named of [schema.const, schema.default, listOf(schema.examples)[0], listOf(schema.enum)[0]]) {
    if (named !== undefined) return named;
  }
  const inner = (part: Json | undefined): Json => sampleValue(part, root, depth + 1);
  if (typeof schema.$ref === 'string') return inner(resolve(schema.$ref, root));
  const parts = listOf(schema.allOf);
  if (parts.length > 0) return inner(merge([...parts.map((part) => follow(part, root)), { ...schema, allOf: [] }]));
  const choices = [...listOf(schema.oneOf), ...listOf(schema.anyOf)];
  const type = typeOf(schema);
  if (type === undefined && choices.length > 0) return inner(choices[0]);
  return ofType(type, schema, inner);
}

/** The depth at which recursive schemas are cut off. */
const MAX_DEPTH = 8;

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

function typeOf({ type, properties, items, required }: JsonObject): string | undefined {
  if (typeof type === 'string') return type;
  const [first] = listOf(type).filter((one) => one !== 'null');
  if (typeof first === 'string') return first;
  if (properties !== undefined || required !== undefined) return 'object';
  return items === undefined ? undefined : 'array';
}

function ofType(type: string | undefined, schema: JsonObject, inner: (part: Json | undefined) => Json): Json {
  switch (type) {
    case 'object':
      return objectOf(schema, inner);
    case 'array':
      return Array.from({ length: Math.max(1, numberOf(schema.minItems) ?? 0) }, (_, at) =>
        inner(listOf(schema.prefixItems)[at] ?? schema.items),
      );
    case 'string':
      return textOf(schema);
    case 'integer':
      return Math.ceil(number(schema, 1));
    case 'number':
      return number(schema, 0.5);
    case 'null':
      return null;
    default:
      return true;
  }
}

function objectOf({ properties, required }: JsonObject, inner: (part: Json | undefined) => Json): JsonObject {
  const known = isObject(properties) ? properties : {};
  const names = new Set([...Object.keys(known), ...listOf(required).filter((name) => typeof name === 'string')]);
  return Object.fromEntries([...names].map((name) => [name, inner(known[name])]));
}

const FORMATS: { readonly [format: string]: string } = {
  date: '2026-01-01',
  time: '00:00:00Z',
  'date-time': '2026-01-01T00:00:00Z',
  email: 'someone@example.com',
  uri: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000',
};

function textOf({ format, minLength, maxLength }: JsonObject): string {
  const text = (typeof format === 'string' ? FORMATS[format] : undefined) ?? 'sample';
  return text.padEnd(numberOf(minLength) ?? 0, '.').slice(0, numberOf(maxLength));
}

/** 1 if the bounds allow it, else the nearest number that they allow. `step`: the distance to an exclusive bound. */
function number(
  { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf }: JsonObject,
  step: number,
): number {
  const low = Math.max(numberOf(minimum) ?? Number.NEGATIVE_INFINITY, above(exclusiveMinimum, step));
  const high = Math.min(numberOf(maximum) ?? Number.POSITIVE_INFINITY, -above(negated(exclusiveMaximum), step));
  const unit = numberOf(multipleOf) ?? 0;
  const wanted = Math.min(Math.max(1, low), high);
  return unit > 0 ? Math.max(Math.ceil(wanted / unit) * unit, unit) : wanted;
}

const above = (bound: Json | undefined, step: number): number =>
  numberOf(bound) === undefined ? Number.NEGATIVE_INFINITY : (numberOf(bound) ?? 0) + step;

const negated = (bound: Json | undefined): Json | undefined => (typeof bound === 'number' ? -bound : undefined);

const numberOf = (value: Json | undefined): number | undefined => (typeof value === 'number' ? value : undefined);

/** Resolves a reference within the document: `#/$defs/user`. */
function resolve(reference: string, root: Json): Json | undefined {
  if (!reference.startsWith('#')) return undefined;
  const segments = reference.slice(1).split('/').slice(1);
  return segments.reduce<Json | undefined>((at, segment) => {
    const key = decodeURIComponent(segment).replaceAll('~1', '/').replaceAll('~0', '~');
    return isObject(at) ? at[key] : undefined;
  }, root);
}

const follow = (schema: Json, root: Json): Json =>
  isObject(schema) && typeof schema.$ref === 'string' ? (resolve(schema.$ref, root) ?? true) : schema;

/** One schema with the properties of all; for other keywords the last schema wins. */
function merge(schemas: readonly Json[]): JsonObject {
  const parts = schemas.filter(isObject);
  const properties = parts.flatMap((part) => (isObject(part.properties) ? Object.entries(part.properties) : []));
  const required = parts.flatMap((part) => listOf(part.required));
  return {
    ...Object.assign({}, ...parts),
    ...(properties.length > 0 && { properties: Object.fromEntries(properties) }),
    ...(required.length > 0 && { required }),
  };
}
