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

/** Constant folding of an expression. Parts that do not change stay the same objects. */
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

/** Whether an expression is a literal. The value of a secret is not constant: only the function that reads it knows it. */
export const isConstant = (expression: Expression): expression is Literal =>
  expression.kind === 'literal' && expression.secret === undefined;

function foldMap(map: MapExpression): Expression {
  const { entries, span } = map;
  const constants = entries.flatMap(({ key, value }) => (isConstant(value) ? [[key, value.value]] : []));
  return constants.length < entries.length ? map : { ...literal(Object.fromEntries(constants), span), entries };
}

function foldList(list: ListExpression): Expression {
  const constants = list.items.flatMap((item) => (isConstant(item) ? [item.value] : []));
  return constants.length < list.items.length ? list : literal(constants, list.span);
}

function foldCoalesce(coalesce: CoalesceExpression): Expression {
  const remaining = coalesce.items.filter((item) => !isConstant(item) || passes(item.value, 'present'));
  // Items after a constant that is not null are never evaluated.
  const last = remaining.findIndex(isConstant);
  const items = last < 0 ? remaining : remaining.slice(0, last + 1);
  const [first] = items;
  if (!first) return literal(null, coalesce.span);
  if (isConstant(first)) return first;
  return items.length === coalesce.items.length ? coalesce : { ...coalesce, items };
}
