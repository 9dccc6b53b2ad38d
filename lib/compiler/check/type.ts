import type { Json } from '../../protocol/json.ts';

/**
 * What is known of a value before a flow runs: a JSON Schema, or what an expression makes of such. A type says what a
 * value may be at most, never less: only what holds for all of it is certain.
 */
export type Type =
  /** `root` is the document that a `$ref` in `schema` points into. */
  | { readonly kind: 'schema'; readonly schema: Json; readonly root: Json }
  | { readonly kind: 'constant'; readonly value: Json }
  /** These fields and no others; those that are not `always` may be missing. */
  | { readonly kind: 'object'; readonly fields: ReadonlyMap<string, Member> }
  /** These items, and after them any number of `rest`, where there is one. */
  | { readonly kind: 'array'; readonly items: readonly Type[]; readonly rest?: Type }
  | { readonly kind: 'either'; readonly of: readonly Type[] }
  | { readonly kind: 'present'; readonly of: Type };

/** A field of an object type. */
export interface Member {
  readonly type: Type;
  readonly always: boolean;
}

/** Nothing is known. */
export const ANY: Type = { kind: 'schema', schema: true, root: true };

/** The type that a JSON Schema describes; that of an absent one is {@link ANY}. */
export const schemaType = (schema: Json | undefined): Type =>
  schema === undefined ? ANY : { kind: 'schema', schema, root: schema };

/** The type of one value. */
export const constantType = (value: Json): Type => ({ kind: 'constant', value });

/** What stands for something that a writer left out: see the diagnostic `elision`. */
const ELISION = '...';

/** Whether something is left out in a value, or instead of it. */
export const isElided = (value: Json): boolean => JSON.stringify(value).includes(JSON.stringify(ELISION));

/** The type of a value as it is written: nothing is known of what is left out, nor how many items of a list are. */
export function writtenType(value: Json): Type {
  if (value === ELISION) return ANY;
  if (typeof value !== 'object' || value === null || !isElided(value)) return constantType(value);
  if (Array.isArray(value)) return { kind: 'array', items: [], rest: ANY };
  return objectType(Object.fromEntries(Object.entries(value).map(([key, part]) => [key, writtenType(part)])));
}

/** The type of objects with just these fields. */
export const objectType = (fields: { readonly [name: string]: Type }): Type => ({
  kind: 'object',
  fields: new Map(Object.entries(fields).map(([name, type]) => [name, { type, always: true }])),
});

/** The type of values that have one of these types. */
export function either(of: readonly Type[]): Type {
  const [first] = of;
  return of.length === 1 && first ? first : { kind: 'either', of };
}

/** The type without null. */
export const present = (of: Type): Type => ({ kind: 'present', of });
