import { isObject, type Json, type JsonObject } from '../../protocol/json.ts';
import { ANY, type Type } from './type.ts';
import { constantVariant, type Field, KINDS, type Kind, type Variant } from './variant.ts';

/** Keywords besides `properties` that may allow further fields: with one of them, an unlisted field is not suspicious. */
const MORE_FIELDS = ['allOf', 'anyOf', 'oneOf', 'if', 'dependentSchemas', 'unevaluatedProperties', 'patternProperties'];

/**
 * The variants that a schema allows. Keywords that are not supported, or only in part, are ignored: the variants then
 * allow more than the schema, never less.
 */
export function schemaVariants(schema: Json, root: Json, seen: ReadonlySet<string> = new Set()): readonly Variant[] {
  if (schema === false) return [];
  if (!isObject(schema)) return allKinds({}, root);
  const { $ref: reference, const: constant, enum: values, type } = schema;
  if (typeof reference === 'string') return referenced(reference, root, seen);
  if (constant !== undefined) return [constantVariant(constant)];
  if (Array.isArray(values)) return values.map(constantVariant);
  const kinds = [type ?? []].flat();
  if (kinds.length > 0) return kindsOf(kinds).map((kind) => variantOf(kind, schema, root));
  const alternatives = schema.anyOf ?? schema.oneOf;
  const inside = (one: Json): readonly Variant[] => schemaVariants(one, root, seen);
  if (Array.isArray(alternatives)) return alternatives.flatMap(inside);
  if (Array.isArray(schema.allOf) && schema.allOf.length > 0) return combined(schema.allOf.map(inside));
  return allKinds(schema, root);
}

/**
 * The variants of a value that matches several schemas: those of the first, with the fields of all. A schema that allows no
 * further fields does not rule out those that another one lists.
 */
function combined([first = [], ...others]: readonly (readonly Variant[])[]): readonly Variant[] {
  const more = others.flat().flatMap(({ fields }) => fields ?? []);
  if (more.length === 0) return first;
  return first.map((variant) => (variant.fields ? { ...variant, fields: fieldsOfAll(variant.fields, more) } : variant));
}

type Fields = NonNullable<Variant['fields']>;

function fieldsOfAll(first: Fields, more: readonly Fields[]): Fields {
  const get = (name: string): Field => {
    const own = first.get(name);
    const found = more.map((fields) => fields.get(name)).filter(({ presence }) => isListed(presence));
    if (!isListed(own.presence)) return found.length > 0 ? { presence: 'maybe', type: commonType(found) } : own;
    return { ...own, type: commonType([own, ...found]) };
  };
  return { names: [...new Set([first, ...more].flatMap(({ names }) => names))], get };
}

const isListed = (presence: Field['presence']): boolean => presence === 'always' || presence === 'maybe';

/** The type of a field that several schemas list. */
function commonType(fields: readonly Field[]): Type {
  const types = fields.flatMap(({ type }) => (type.kind === 'schema' && type.schema !== true ? [type] : []));
  const [first] = types;
  if (types.length !== fields.length && first === undefined) return ANY;
  return first && types.length > 1 ? within({ allOf: types.map(({ schema }) => schema) }, first.root) : (first ?? ANY);
}

function referenced(reference: string, root: Json, seen: ReadonlySet<string>): readonly Variant[] {
  const target = seen.has(reference) ? undefined : resolve(reference, root);
  return target === undefined ? allKinds({}, root) : schemaVariants(target, root, new Set([...seen, reference]));
}

/** Resolves a `$ref` within the document; undefined where the target does not exist or is in another document. */
export function resolve(reference: string, root: Json): Json | undefined {
  if (!reference.startsWith('#')) return undefined;
  const segments = decodeURIComponent(reference.slice(1)).split('/').slice(1);
  return segments.reduce<Json | undefined>((here, segment) => {
    const key = segment.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(here)) return here[Number(key)];
    return isObject(here) && Object.hasOwn(here, key) ? here[key] : undefined;
  }, root);
}

const allKinds = (schema: JsonObject, root: Json): readonly Variant[] =>
  KINDS.map((kind) => variantOf(kind, schema, root));

const kindsOf = (types: readonly Json[]): readonly Kind[] =>
  KINDS.filter((kind) => types.includes(kind) || (kind === 'number' && types.includes('integer')));

function variantOf(kind: Kind, schema: JsonObject, root: Json): Variant {
  if (kind === 'object') return { kind, fields: fieldsOf(schema, root) };
  return kind === 'array' ? { kind, items: itemsOf(schema, root) } : { kind };
}

function fieldsOf(schema: JsonObject, root: Json): NonNullable<Variant['fields']> {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? schema.required : [];
  const names = [...new Set([...Object.keys(properties), ...required.map(String)])];
  const get = (name: string): Field => {
    if (!names.includes(name)) return { presence: presenceOfOthers(schema, names), type: otherType(schema, root) };
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    return { presence: required.includes(name) ? 'always' : 'maybe', type: within(property ?? true, root) };
  };
  return { names, get };
}

function presenceOfOthers(schema: JsonObject, names: readonly string[]): Field['presence'] {
  const { additionalProperties: others } = schema;
  const open = names.length === 0 || MORE_FIELDS.some((keyword) => schema[keyword] !== undefined);
  if (others === false) return schema.patternProperties === undefined ? 'never' : 'maybe';
  return open || others !== undefined ? 'maybe' : 'unlisted';
}

const otherType = ({ additionalProperties, patternProperties }: JsonObject, root: Json): Type =>
  patternProperties === undefined ? within(additionalProperties ?? true, root) : ANY;

function itemsOf(schema: JsonObject, root: Json): NonNullable<Variant['items']> {
  // Draft 2020-12 lists the first items under `prefixItems`, earlier drafts as an array under `items`.
  const tuple = Array.isArray(schema.items) ? schema.items : undefined;
  const first = tuple ?? (Array.isArray(schema.prefixItems) ? schema.prefixItems : []);
  const rest = (tuple ? schema.additionalItems : schema.items) ?? true;
  const { minItems: least, maxItems: most } = schema;
  return {
    least: typeof least === 'number' ? least : 0,
    most: typeof most === 'number' ? most : rest === false ? first.length : Number.POSITIVE_INFINITY,
    get: (index) => {
      const item = first[index] ?? rest;
      return item === false ? undefined : within(item, root);
    },
    types: [...first, ...(rest === false ? [] : [rest])].map((item) => within(item, root)),
  };
}

const within = (schema: Json, root: Json): Type => ({ kind: 'schema', schema, root });
