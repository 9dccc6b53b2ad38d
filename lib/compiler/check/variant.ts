import { isObject, type Json } from '../../protocol/json.ts';
import { constantType, type Type } from './type.ts';

/** The kinds of JSON values; whole numbers are numbers. */
export const KINDS = ['null', 'boolean', 'number', 'string', 'array', 'object'] as const;

/** One of {@link KINDS}. */
export type Kind = (typeof KINDS)[number];

/** Whether a field is present. `unlisted`: its schema lists fields but not this one, and neither allows nor forbids others. */
export type Presence = 'always' | 'maybe' | 'unlisted' | 'never';

/** A field of a variant, and whether it is present. */
export interface Field {
  readonly presence: Presence;
  readonly type: Type;
}

/** One of the alternatives that a type allows, one level deep: values of a single kind. */
export interface Variant {
  readonly kind: Kind;
  /** The only values allowed. @default any of the kind */
  readonly values?: readonly Json[];
  /** Of an object. */
  readonly fields?: { readonly names: readonly string[]; readonly get: (name: string) => Field };
  /** Of an array: its least and most length, the type of each item, undefined where no item is allowed, and all these types. */
  readonly items?: {
    readonly least: number;
    readonly most: number;
    readonly get: (index: number) => Type | undefined;
    readonly types: readonly Type[];
  };
}

/** The variant that is exactly one value. */
export function constantVariant(value: Json): Variant {
  if (Array.isArray(value)) return arrayVariant({ kind: 'array', items: value.map(constantType) });
  if (!isObject(value)) return { kind: kindOf(value), values: [value] };
  const fields = Object.entries(value).map(
    ([name, field]) => [name, { type: constantType(field), required: true }] as const,
  );
  return objectVariant({ kind: 'object', fields: new Map(fields) });
}

/** The variant of an object type. */
export function objectVariant({ fields }: Extract<Type, { kind: 'object' }>): Variant {
  const get = (name: string): Field => {
    const field = fields.get(name);
    if (!field) return { presence: 'never', type: NEVER };
    return { presence: field.required ? 'always' : 'maybe', type: field.type };
  };
  return { kind: 'object', fields: { names: [...fields.keys()], get } };
}

/** The type without values. */
const NEVER: Type = { kind: 'union', of: [] };

/** The variant of an array type. */
export function arrayVariant({ items, rest }: Extract<Type, { kind: 'array' }>): Variant {
  const most = rest ? Number.POSITIVE_INFINITY : items.length;
  return {
    kind: 'array',
    items: {
      least: items.length,
      most,
      get: (index) => items[index] ?? rest,
      types: [...items, ...(rest ? [rest] : [])],
    },
  };
}

function kindOf(value: Json): Kind {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  const kind = typeof value;
  return kind === 'boolean' || kind === 'number' || kind === 'string' ? kind : 'object';
}
