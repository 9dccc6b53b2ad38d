import type { Type } from './type.ts';
import type { Field, Variant } from './variant.ts';
import { variantsOf } from './variants.ts';

/** Recursive types are compared up to this depth; what differs below is not found. */
const MAX_DEPTH = 12;

/** How many items of a list are compared. */
const MAX_ITEMS = 100;

/** Of two types with more pairs of variants than this, any two values may be equal. */
const MAX_PAIRS = 10_000;

/** Whether some value of one type is equal to some value of another, as far as the types say. */
export function mayBeEqual(one: Type, other: Type, depth = 0): boolean {
  const [some, others] = [variantsOf(one), variantsOf(other)];
  // A type without values is one of a value that never is: nothing can be said of it.
  if (depth > MAX_DEPTH || some.length === 0 || others.length === 0) return true;
  if (some.length * others.length > MAX_PAIRS) return true;
  return some.some((variant) => others.some((against) => variantsMayBeEqual(variant, against, depth)));
}

/** Whether some value of a type may be an item of a list of another type. Nothing is in null. */
export const mayBeIn = (value: Type, list: Type): boolean =>
  variantsOf(list).some(
    ({ kind, items }) =>
      kind === 'array' && (!items || (items.most > 0 && items.types.some((item) => mayBeEqual(value, item)))),
  );

function variantsMayBeEqual(one: Variant, other: Variant, depth: number): boolean {
  if (one.kind !== other.kind) return false;
  if (one.values && other.values && !one.values.some((value) => other.values?.includes(value))) return false;
  if (one.fields && other.fields && !fieldsMayBeEqual(one.fields, other.fields, depth)) return false;
  return !one.items || !other.items || itemsMayBeEqual(one.items, other.items, depth);
}

type Fields = NonNullable<Variant['fields']>;

function fieldsMayBeEqual(one: Fields, other: Fields, depth: number): boolean {
  const names = new Set([...one.names, ...other.names]);
  return [...names].every((name) => fieldMayBeEqual(one.get(name), other.get(name), depth));
}

function fieldMayBeEqual(one: Field, other: Field, depth: number): boolean {
  // A field that may be left out on both sides is left out of values that are equal.
  if (one.presence !== 'always' && other.presence !== 'always') return true;
  if (one.presence === 'never' || other.presence === 'never') return false;
  return mayBeEqual(one.type, other.type, depth + 1);
}

type Items = NonNullable<Variant['items']>;

function itemsMayBeEqual(one: Items, other: Items, depth: number): boolean {
  if (one.most < other.least || other.most < one.least) return false;
  const length = Math.min(Math.max(one.least, other.least), MAX_ITEMS);
  return Array.from({ length }, (_, at) => [one.get(at), other.get(at)]).every(
    ([item, against]) => !item || !against || mayBeEqual(item, against, depth + 1),
  );
}
