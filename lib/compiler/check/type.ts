import type { Json } from '../../protocol/json.ts';

/**
 * What is known of a value before a flow runs: a JSON Schema, or what an expression makes of it. A type allows every
 * value that may occur, and perhaps more: only what holds for all its values is certain.
 */
export type Type =
  /** `root` is the document that a `$ref` in `schema` points into. */
  | { readonly kind: 'schema'; readonly schema: Json; readonly root: Json }
  | { readonly kind: 'constant'; readonly value: Json }
  /** These fields and no others; those that are not `required` may be missing. */
  | { readonly kind: 'object'; readonly fields: ReadonlyMap<string, Member> }
  /** These items, then any number of items of the type `rest`, if it is given. */
  | { readonly kind: 'array'; readonly items: readonly Type[]; readonly rest?: Type }
  | { readonly kind: 'union'; readonly of: readonly Type[] }
  /** Every value of the type `of` except null. */
  | { readonly kind: 'non-null'; readonly of: Type };

/** A field of an object type. */
export interface Member {
  readonly type: Type;
  readonly required: boolean;
}

/** The type of a value of which nothing is known. */
export const ANY: Type = { kind: 'schema', schema: true, root: true };

/** The type that a JSON Schema describes; {@link ANY} without a schema. */
export const schemaType = (schema: Json | undefined): Type =>
  schema === undefined ? ANY : { kind: 'schema', schema, root: schema };

/** The type of one value. */
export const constantType = (value: Json): Type => ({ kind: 'constant', value });

/** The placeholder for something that the author left out: see the diagnostic `elision`. */
const ELISION = '...';

/** Whether a value is elided or contains something elided. */
export const isElided = (value: Json): boolean => JSON.stringify(value).includes(JSON.stringify(ELISION));

/** The type of a written value. An elided part may be anything, and a list with one may have any length. */
export function writtenType(value: Json): Type {
  if (value === ELISION) return ANY;
  if (typeof value !== 'object' || value === null || !isElided(value)) return constantType(value);
  if (Array.isArray(value)) return { kind: 'array', items: [], rest: ANY };
  return objectType(Object.fromEntries(Object.entries(value).map(([key, part]) => [key, writtenType(part)])));
}

/** The type of objects with exactly these fields. */
export const objectType = (fields: { readonly [name: string]: Type }): Type => ({
  kind: 'object',
  fields: new Map(Object.entries(fields).map(([name, type]) => [name, { type, required: true }])),
});

/** The type of values of any of these types. */
export function unionType(of: readonly Type[]): Type {
  const [first] = of;
  return of.length === 1 && first ? first : { kind: 'union', of };
}

/** The type without null. */
export const nonNull = (of: Type): Type => ({ kind: 'non-null', of });
