import {
  type CoalesceExpression,
  type Expression,
  type ListExpression,
  type Literal,
  literal,
  type MapExpression,
  mapChildren,
} from '../../flow/expression.ts';
import { passes } from '../../protocol/truth.ts';

/** An expression with what is known of it worked out. Parts in which nothing is known stay the same objects. */
export function fold(expression: Expression): Expression {
  const folded = mapChildren(expression, fold);
  switch (folded.kind) {
    case 'map':
      return foldMap(folded);
    case 'list':
      return foldList(folded);
    case 'if': {
      const { condition, consequent, alternative } = folded;
      if (!isConstant(condition)) return folded;
      return passes(condition.value, 'if') ? consequent : alternative;
    }
    case 'coalesce':
      return foldCoalesce(folded);
    default:
      return folded;
  }
}

/** Of a secret only the function that reads it knows the value. */
export const isConstant = (expression: Expression): expression is Literal =>
  expression.kind === 'literal' && expression.secret === undefined;

function foldMap(map: MapExpression): Expression {
  const { entries, span } = map;
  const known = entries.flatMap(({ key, value }) => (isConstant(value) ? [[key, value.value]] : []));
  return known.length < entries.length ? map : { ...literal(Object.fromEntries(known), span), entries };
}

function foldList(list: ListExpression): Expression {
  const known = list.items.flatMap((item) => (isConstant(item) ? [item.value] : []));
  return known.length < list.items.length ? list : literal(known, list.span);
}

function foldCoalesce(coalesce: CoalesceExpression): Expression {
  const left = coalesce.items.filter((item) => !isConstant(item) || passes(item.value, 'present'));
  // Nothing after it is ever asked.
  const last = left.findIndex(isConstant);
  const items = last < 0 ? left : left.slice(0, last + 1);
  const [first] = items;
  if (!first) return literal(null, coalesce.span);
  if (isConstant(first)) return first;
  return items.length === coalesce.items.length ? coalesce : { ...coalesce, items };
}
