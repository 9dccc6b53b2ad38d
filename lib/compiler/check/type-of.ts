import type {
  CoalesceExpression,
  Expression,
  IfExpression,
  StepReference,
  VariableReference,
} from '../../flow/expression.ts';
import type { Operator } from '../../protocol/operators.ts';
import { passes } from '../../protocol/truth.ts';
import { type Access, accessAt } from './access.ts';
import type { Scope } from './scope.ts';
import { ANY, constantType, nonNull, objectType, schemaType, type Type, unionType, writtenType } from './type.ts';

/** The type of an expression's value, if it is not missing. */
export function typeOf(expression: Expression, scope: Scope): Type {
  const inside = (part: Expression): Type => typeOf(part, scope);
  switch (expression.kind) {
    case 'literal':
      return writtenType(expression.value);
    case 'map':
      return objectType(Object.fromEntries(expression.entries.map(({ key, value }) => [key, inside(value)])));
    case 'list':
      return { kind: 'array', items: expression.items.map(inside) };
    case 'if':
      return unionType(armsOf(expression).map(inside));
    case 'coalesce':
      return typeOfCoalesce(expression, scope);
    case 'operation':
      return expression.operator === 'operands' ? ANY : TYPES_OF_OPERATORS[expression.operator];
    case 'step':
      return typeOfStep(expression, scope);
    case 'variable':
      return typeOfVariable(expression, scope);
    case 'input':
      return accessOf(expression, scope).type;
  }
}

const BOOLEAN = schemaType({ type: 'boolean' });

const TYPES_OF_OPERATORS: { readonly [O in Operator]: Type } = {
  ...{ eq: BOOLEAN, in: BOOLEAN, concat: schemaType({ type: 'string' }), length: schemaType({ type: 'integer' }) },
  ...{ lt: BOOLEAN, lte: BOOLEAN, gt: BOOLEAN, gte: BOOLEAN },
};

/** The arms of an `$if`, each once. */
export const armsOf = ({ consequent, alternative }: IfExpression): readonly Expression[] =>
  consequent === alternative ? [consequent] : [consequent, alternative];

/** What a reference leads to. */
export function accessOf(
  reference: Extract<Expression, { kind: 'input' | 'step' | 'variable' }>,
  scope: Scope,
): Access {
  const { path } = reference.path;
  if (reference.kind === 'input') return accessAt(scope.input, path, { result: false });
  if (reference.kind === 'step') return accessAt(scope.resultOf(reference.step), path, { result: true });
  return accessAt(scope.variable(reference.name) ?? ANY, path, { result: false });
}

function typeOfStep(reference: StepReference, scope: Scope): Type {
  const { type } = accessOf(reference, scope);
  return reference.onSkip === undefined ? type : unionType([type, constantType(reference.onSkip)]);
}

function typeOfVariable(reference: VariableReference, scope: Scope): Type {
  const { type } = accessOf(reference, scope);
  return reference.fallback ? unionType([type, typeOf(reference.fallback, scope)]) : type;
}

/** May be null unless one item is never null or missing; only of literals is that known. */
function typeOfCoalesce({ items }: CoalesceExpression, scope: Scope): Type {
  const values = items.map((item) => nonNull(typeOf(item, scope)));
  const hasLiteral = items.some((item) => item.kind === 'literal' && passes(item.value, 'present'));
  return unionType(hasLiteral ? values : [...values, constantType(null)]);
}
