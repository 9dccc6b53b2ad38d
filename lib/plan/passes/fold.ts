import { type Expression, type Literal, literal } from '../../flow/expression.ts';
import { passes } from '../../protocol/truth.ts';
import { changeAll } from './map-references.ts';

/** An expression with what is known of it worked out. Parts in which nothing is known stay the same objects. */
export function fold(expression: Expression): Expression {
  switch (expression.kind) {
    case 'map': {
      const entries = changeAll(expression.entries, (entry) => {
        const value = fold(entry.value);
        return value === entry.value ? entry : { ...entry, value };
      });
      const known = entries.flatMap(({ key, value }) => (isKnown(value) ? [[key, value.value]] : []));
      if (known.length < entries.length)
        return entries === expression.entries ? expression : { ...expression, entries };
      return { ...literal(Object.fromEntries(known), expression.span), entries };
    }
    case 'list': {
      const items = changeAll(expression.items, fold);
      const known = items.flatMap((item) => (isKnown(item) ? [item.value] : []));
      if (known.length === items.length) return literal(known, expression.span);
      return items === expression.items ? expression : { ...expression, items };
    }
    case 'if':
      return foldIf(expression);
    case 'coalesce':
      return foldCoalesce(expression);
    default:
      return expression;
  }
}

/** Of a secret only the function that reads it knows the value. */
export const isKnown = (expression: Expression): expression is Literal =>
  expression.kind === 'literal' && expression.secret === undefined;

function foldIf(expression: Extract<Expression, { kind: 'if' }>): Expression {
  const condition = fold(expression.condition);
  const [consequent, alternative] = [fold(expression.consequent), fold(expression.alternative)];
  if (isKnown(condition)) return passes(condition.value, 'if') ? consequent : alternative;
  const same =
    condition === expression.condition &&
    consequent === expression.consequent &&
    alternative === expression.alternative;
  return same ? expression : { ...expression, condition, consequent, alternative };
}

function foldCoalesce(expression: Extract<Expression, { kind: 'coalesce' }>): Expression {
  const items: Expression[] = [];
  for (const item of expression.items.map(fold)) {
    if (isKnown(item) && !passes(item.value, 'present')) continue;
    items.push(item);
    // Nothing after it is ever asked.
    if (isKnown(item)) break;
  }
  const [first] = items;
  if (!first) return literal(null, expression.span);
  if (isKnown(first)) return first;
  const same = items.length === expression.items.length && items.every((item, at) => item === expression.items[at]);
  return same ? expression : { ...expression, items };
}
