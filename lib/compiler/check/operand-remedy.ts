import { nearest } from '../../flow/text/nearest.ts';
import type { Typed } from '../../protocol/operators.ts';
import type { Kind, Variant } from './variant.ts';

/** How to correct an operand that does not fit its operator. `operands`: what each may be; `at`: the one that does not fit. */
export function operandRemedy(operator: Typed, operands: readonly (readonly Variant[])[], at: number): string {
  const kind = onlyKind(operands[at] ?? []);
  if (operator === 'in') return remedyOfList(kind, operands[0] ?? []);
  if (operator === 'concat') return (kind && CONCAT[kind]) ?? 'Give it a string, a number or a boolean.';
  if (operator === 'length') return (kind && LENGTH[kind]) ?? 'Give it a string, a list or a map.';
  return remedyOfOrder(kind, operands[at] ?? [], onlyKind(operands[1 - at] ?? []));
}

/** The kind of values, if they are all of one. */
function onlyKind(variants: readonly Variant[]): Kind | undefined {
  const [kind, ...more] = new Set(variants.map((variant) => variant.kind));
  return more.length > 0 ? undefined : kind;
}

type Remedies = { readonly [K in Kind]?: string };

const CONCAT: Remedies = {
  null: 'For a value that may be null, write { $coalesce: [value, ""] }.',
  array:
    'Put its items here, or read one with a path such as items[0]. Let a component put the items of any list together.',
  object: 'Read a field of it with a path, or let a component write it as text.',
};

const LENGTH: Remedies = {
  null: 'For a value that may be null, write { $coalesce: [value, []] }.',
  number: 'A number has no length: compare it itself, or its digits with { $length: { $concat: [value] } }.',
  boolean: 'A boolean has no length: use it as it is.',
};

const ORDER: Remedies = {
  null: 'For a value that may be null, write { $coalesce: [value, 0] }; whether it is null: { $eq: [value, null] }.',
  boolean: 'A boolean is a condition itself: use it as it is, or in $and, $or and $not.',
  array: 'Compare its length, { $length: list }, or one item, with a path such as items[0].',
  object: 'Compare a field of it, with a path.',
};

function remedyOfOrder(kind: Kind | undefined, operand: readonly Variant[], other: Kind | undefined): string {
  const [written] = operand.length === 1 ? (operand[0]?.values ?? []) : [];
  if (typeof written === 'string' && other === 'number')
    return withoutQuotes(written) ?? 'Compare two numbers, or two strings.';
  if (typeof written === 'number' && other === 'string')
    return `Strings are compared character by character ("10" is less than "9"), so a string in quotes, "${written}", is seldom what is meant: read a number instead.`;
  if (kind && ORDER[kind]) return ORDER[kind];
  return 'Give both operands the same type: a number that is kept as a string has to be made a number by a component.';
}

function withoutQuotes(written: string): string | undefined {
  const number = Number(written);
  const isNumber = written.trim() !== '' && Number.isFinite(number);
  return isNumber ? `Text in quotes is a string: write ${number} without quotes.` : undefined;
}

/** How to correct a comparison of values that are never equal; undefined where nothing is likely. */
export function equalityRemedy(one: readonly Variant[], other: readonly Variant[]): string | undefined {
  return remedyFor(one, other) ?? remedyFor(other, one);
}

/** What is likely to be meant by one written value that never equals what it is compared with. */
function remedyFor(variants: readonly Variant[], others: readonly Variant[]): string | undefined {
  const [written] = variants.length === 1 ? (variants[0]?.values ?? []) : [];
  const kind = onlyKind(others);
  if (typeof written === 'string' && kind === 'number') return withoutQuotes(written);
  if (typeof written === 'number' && kind === 'string')
    return `A number never equals a string: write "${written}" in quotes.`;
  const known = others.flatMap(({ values = [] }) => values.filter((value) => typeof value === 'string'));
  const meant = typeof written === 'string' && known.length > 1 ? nearest(written, known) : undefined;
  return meant === undefined ? undefined : `Did you mean ${JSON.stringify(meant)}?`;
}

function remedyOfList(kind: Kind | undefined, value: readonly Variant[]): string {
  if (onlyKind(value) === 'array' && kind !== 'object') return 'The list comes second: write { $in: [value, list] }.';
  if (kind === 'string')
    return 'To look for a value among several, write { $in: [value, [first, second]] }. No operator looks into a text: let a component do that.';
  if (kind === 'object')
    return 'Whether a map has a field: { $ne: [field, null] }, with a reference to the field. For one map among several, write { $in: [value, [map]] }.';
  return 'Write { $in: [value, [first, second]] } for several values, or { $eq: [first, second] } for one.';
}
