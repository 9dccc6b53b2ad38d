import { createHash } from 'node:crypto';
import { isObject, type Json } from './json.ts';

/** The operators of the flow language that compare or make values. `$and`, `$or`, `$not` and `$ne` are read as conditions. */
export const OPERATORS = ['eq', 'lt', 'lte', 'gt', 'gte', 'in', 'concat', 'length'] as const;

/** An operator of the flow language. */
export type Operator = (typeof OPERATORS)[number];

/**
 * What an operator gives: its value; `missing`, the position of the operand that it needs and that has none; or `fault`,
 * why its operands do not fit it, which fails the flow with EXPRESSION_FAILURE.
 */
export type Outcome = { readonly value: Json } | { readonly missing: number } | { readonly fault: string };

/** Whether an operator is one of the flow language, and not one that only the compiler writes. */
export const isOperator = (operator: Operator | 'operands' | 'coalesce'): operator is Operator =>
  operator !== 'operands' && operator !== 'coalesce';

/** Whether a missing operand is null. To all other operators it is a missing value. */
export const takesMissing = (operator: Operator | 'operands' | 'coalesce'): boolean =>
  operator === 'eq' || operator === 'in' || !isOperator(operator);

/** An operator that operands of some types do not fit. */
export type Typed = Exclude<Operator, 'eq'>;

/** Whether operands of some types do not fit an operator. */
export const mayFault = (operator: Operator): operator is Typed => operator !== 'eq';

/** What an operator does with operands that fit it. */
export const WORK: { readonly [O in Typed]: string } = {
  in: '$in looks in a list',
  concat: '$concat puts strings, numbers and booleans together',
  length: '$length is that of a string, a list or a map',
  ...{ lt: comparing('lt'), lte: comparing('lte'), gt: comparing('gt'), gte: comparing('gte') },
};

function comparing(operator: Order): string {
  return `$${operator} compares two numbers or two strings`;
}

/** Applies an operator to its operands; undefined is a missing one. */
export function operate(operator: Operator, operands: readonly (Json | undefined)[]): Outcome {
  const absent = operands.indexOf(undefined);
  if (absent >= 0 && !takesMissing(operator)) return { missing: absent };
  const given = operands.map((operand) => operand ?? null);
  const [first = null, second = null] = given;
  switch (operator) {
    case 'eq':
      return { value: isEqual(first, second) };
    case 'in':
      return isIn(first, second);
    case 'concat':
      return concatenate(given);
    case 'length':
      return lengthOf(first);
    default:
      return compare(operator, first, second);
  }
}

/** Whether two values are equal: numbers by value, lists in order, maps without order. */
function isEqual(one: Json, other: Json): boolean {
  if (one === other) return true;
  if (Array.isArray(one) || Array.isArray(other)) {
    if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false;
    return one.every((item, at) => isEqual(item, other[at] ?? null));
  }
  if (!isObject(one) || !isObject(other)) return false;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && isEqual(one[key] ?? null, other[key] ?? null))
  );
}

/** Nothing is in null: a list may be missing. */
function isIn(value: Json, list: Json): Outcome {
  if (list === null) return { value: false };
  if (!Array.isArray(list)) return { fault: `${WORK.in}, and finds ${nameOf(list)}` };
  return { value: list.some((item) => isEqual(item, value)) };
}

function concatenate(parts: readonly Json[]): Outcome {
  const unfit = parts.find((part) => part === null || typeof part === 'object');
  if (unfit !== undefined) {
    return { fault: `${WORK.concat}, and finds ${nameOf(unfit)}` };
  }
  return { value: parts.map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join('') };
}

function lengthOf(value: Json): Outcome {
  if (typeof value === 'string') return { value: [...value].length };
  if (Array.isArray(value)) return { value: value.length };
  if (isObject(value)) return { value: Object.keys(value).length };
  return { fault: `${WORK.length}, and finds ${nameOf(value)}` };
}

/** An operator that orders two values. */
export type Order = Extract<Operator, 'lt' | 'lte' | 'gt' | 'gte'>;

const HOLDS: { readonly [O in Order]: (order: number) => boolean } = {
  lt: (order) => order < 0,
  lte: (order) => order <= 0,
  gt: (order) => order > 0,
  gte: (order) => order >= 0,
};

function compare(operator: Order, one: Json, other: Json): Outcome {
  if (typeof one === 'number' && typeof other === 'number') return { value: HOLDS[operator](one - other) };
  if (typeof one === 'string' && typeof other === 'string') return { value: HOLDS[operator](orderOf(one, other)) };
  return { fault: `${WORK[operator]}, and finds ${nameOf(one)} and ${nameOf(other)}` };
}

/** The order of two strings by code points; that of UTF-16 units differs above U+FFFF. */
function orderOf(one: string, other: string): number {
  for (let at = 0; at < one.length && at < other.length; ) {
    const [here, there] = [one.codePointAt(at) ?? 0, other.codePointAt(at) ?? 0];
    if (here !== there) return here - there;
    at += here > 0xffff ? 2 : 1;
  }
  return one.length - other.length;
}

/** The name of a value's type in messages. */
export function nameOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a map' : `a ${typeof value}`;
}

/** A string that is its own {@link outlineOf}: each of its characters takes one byte of JSON. */
export const OUTLINED_AS_IT_IS = /^[ !\x23-\x5b\x5d-\x7e]{0,60}$/;

/**
 * What a value may be compared by instead of by itself, in few bytes: equal values have equal outlines, and others do not. Null, a
 * boolean, a number or a short string is its own outline; of all others it is the type and a hash.
 */
export function outlineOf(value: Json): Json {
  if (typeof value === 'string' ? OUTLINED_AS_IT_IS.test(value) : value === null || typeof value !== 'object')
    return value;
  const hash = createHash('sha256').update(canonical(value)).digest('base64');
  return { type: nameOf(value), hash };
}

/** The JSON of a value, with the keys of maps in order. */
function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const entries = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key] ?? null)}`);
  return `{${entries.join()}}`;
}
