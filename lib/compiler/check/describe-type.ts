import { KINDS, type Kind, type Variant } from './variant.ts';

const WORDS: { readonly [K in Kind]: string } = {
  null: 'null',
  boolean: 'true or false',
  number: 'a number',
  string: 'a string',
  array: 'a list',
  object: 'an object',
};

/** Of more values than this, only the kind is named. */
const MAX_VALUES = 5;

/** Variants in words: `a string or null`, `"a" or "b"`. */
export function describeType(variants: readonly Variant[]): string {
  const kinds = new Set(variants.map(({ kind }) => kind));
  if (kinds.size === KINDS.length) return 'anything';
  if (kinds.size === 0) return 'nothing';
  return [...kinds].map((kind) => kindInWords(variants.filter((one) => one.kind === kind))).join(' or ');
}

/** Variants of one kind, in words. */
function kindInWords(variants: readonly Variant[]): string {
  const kind = variants[0]?.kind ?? 'null';
  const values = new Set(variants.flatMap((variant) => (variant.values ?? []).map((value) => JSON.stringify(value))));
  const known = variants.every((variant) => variant.values !== undefined) && values.size <= MAX_VALUES;
  return known && kind !== 'null' ? [...values].join(' or ') : WORDS[kind];
}

/** The operand of an operator in words: what it may be; of a single string or number, also that it is one. */
export function describeOperand(variants: readonly Variant[]): string {
  const words = describeType(variants);
  const [one, ...more] = variants.length === 1 ? (variants[0]?.values ?? []) : [];
  return more.length > 0 || (typeof one !== 'string' && typeof one !== 'number') ? words : `the ${typeof one} ${words}`;
}
