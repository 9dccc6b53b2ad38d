import { isObject, type Json } from '../../protocol/json.ts';
import { schemaVariants } from './schema-variants.ts';
import { constantType, type Type } from './type.ts';

/** What JSON tells apart; whole numbers are numbers. */
export const KINDS = ['null', 'boolean', 'number', 'string', 'array', 'object'] as const;

/** One of {@link KINDS}. */
export type Kind = (typeof KINDS)[number];

/** Whether a field is there. `unlisted`: its schema lists fields, not this one, and says nothing of others. */
export type Presence = 'always' | 'maybe' | 'unlisted' | 'never';

/** A field of a variant, and whether it is there. */
export interface Field {
  readonly presence: Presence;
  readonly type: Type;
}

/** One of the forms that a value of a type may have, a level deep. */
export interface Variant {
  readonly kind: Kind;
  /** The only values it may have; absent: any of its kind. */
  readonly values?: readonly Json[];
  /** Of an object. */
  readonly fields?: { readonly names: readonly string[]; readonly get: (name: string) => Field };
  /** Of an array: how long it may be, and each item's type; undefined where there is none. */
  readonly items?: {
    readonly least: number;
    readonly most: number;
    readonly get: (index: number) => Type | undefined;
  };
}

/** Of a type with more forms than this, what each may be is forgotten: it may be anything. */
const MOST_VARIANTS = 1000;

/** The types of steps share those of the steps before them: without this, a reading step would double the work. */
const known = new WeakMap<Type, readonly Variant[]>();

/** All forms that a value of the type may have; none at all where there is no such value. */
export function variantsOf(type: Type): readonly Variant[] {
  const before = known.get(type);
  if (before) return before;
  const found = formsOf(type);
  const variants = found.length > MOST_VARIANTS ? schemaVariants(true, true) : found;
  known.set(type, variants);
  return variants;
}

function formsOf(type: Type): readonly Variant[] {
  switch (type.kind) {
    case 'schema':
      return schemaVariants(type.schema, type.root);
    case 'constant':
      return [constantVariant(type.value)];
    case 'either':
      return type.of.flatMap(variantsOf);
    case 'present':
      return variantsOf(type.of).filter(({ kind }) => kind !== 'null');
    case 'object':
      return [objectVariant(type)];
    case 'array':
      return [arrayVariant(type)];
  }
}

/** The form of one value. */
export function constantVariant(value: Json): Variant {
  if (Array.isArray(value)) return arrayVariant({ kind: 'array', items: value.map(constantType) });
  if (!isObject(value)) return { kind: kindOf(value), values: [value] };
  const fields = Object.entries(value).map(
    ([name, field]) => [name, { type: constantType(field), always: true }] as const,
  );
  return objectVariant({ kind: 'object', fields: new Map(fields) });
}

function objectVariant({ fields }: Extract<Type, { kind: 'object' }>): Variant {
  const get = (name: string): Field => {
    const field = fields.get(name);
    if (!field) return { presence: 'never', type: NOTHING };
    return { presence: field.always ? 'always' : 'maybe', type: field.type };
  };
  return { kind: 'object', fields: { names: [...fields.keys()], get } };
}

/** The type of no value at all. */
const NOTHING: Type = { kind: 'either', of: [] };

function arrayVariant({ items, rest }: Extract<Type, { kind: 'array' }>): Variant {
  const most = rest ? Number.POSITIVE_INFINITY : items.length;
  return { kind: 'array', items: { least: items.length, most, get: (index) => items[index] ?? rest } };
}

/** What JSON calls a value. */
function kindOf(value: Json): Kind {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  const kind = typeof value;
  return kind === 'boolean' || kind === 'number' || kind === 'string' ? kind : 'object';
}
