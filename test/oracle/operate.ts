import type { OperationExpression } from '../../lib/flow/expression.ts';
import { isObject, type Json } from '../../lib/protocol/json.ts';
import { FAULT, type Found, found, MISSING, SKIPPED, STOPPED } from './found.ts';

/** What an operator gives, as the language defines it. */
export function operate({ operator }: OperationExpression, operands: readonly Found[]): Found {
  for (const absent of [STOPPED, SKIPPED]) if (operands.some(({ kind }) => kind === absent.kind)) return absent;
  // Language: "A missing path inside an operator is a missing value, except as an operand of `$eq`, `$in`, where it is null."
  const isNull = operator === 'eq' || operator === 'in';
  if (!isNull && operands.some(({ kind }) => kind === 'missing')) return MISSING;
  if (operands.some(({ kind }) => kind === 'fault')) return FAULT;
  const [one = null, other = null, ...more] = operands.map((operand) =>
    operand.kind === 'value' ? operand.value : null,
  );
  const all = operands.length < 2 ? operands.map(() => one) : [one, other, ...more];
  switch (operator) {
    case 'eq':
      return found(same(one, other));
    case 'in':
      if (other === null) return found(false);
      return Array.isArray(other) ? found(other.some((item) => same(item, one))) : FAULT;
    case 'length':
      return length(one);
    case 'concat':
      return concat(all);
    case 'lt':
      return order(one, other, (way) => way < 0);
    case 'lte':
      return order(one, other, (way) => way <= 0);
    case 'gt':
      return order(one, other, (way) => way > 0);
    case 'gte':
      return order(one, other, (way) => way >= 0);
    default:
      throw new Error(`The language has no $${operator}.`);
  }
}

/** Language: "numbers by value, lists in order, maps without order". */
const same = (one: Json, other: Json): boolean => JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]): Json => [key, sorted(item)])
    .concat([['a map']]);
}

/** Language: "two numbers or two strings (by code points), anything else is EXPRESSION_FAILURE". */
function order(one: Json, other: Json, holds: (way: number) => boolean): Found {
  if (typeof one === 'number' && typeof other === 'number') return found(holds(one - other));
  if (typeof one !== 'string' || typeof other !== 'string') return FAULT;
  const [some, others] = [one, other].map((text) => Array.from(text, (character) => character.codePointAt(0) ?? 0));
  for (const [at, point] of (some ?? []).entries()) {
    const there = others?.[at] ?? -1;
    if (point !== there) return found(holds(point - there));
  }
  return found(holds((some?.length ?? 0) - (others?.length ?? 0)));
}

/** Language: "the length of a string (code points), list or map". */
function length(value: Json): Found {
  if (typeof value === 'string') return found(Array.from(value).length);
  return typeof value === 'object' && value !== null ? found(Object.keys(value).length) : FAULT;
}

/** Language: "strings (numbers and booleans as JSON writes them) put together". */
function concat(parts: readonly Json[]): Found {
  if (parts.some((part) => typeof part === 'object')) return FAULT;
  return found(parts.map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join(''));
}
