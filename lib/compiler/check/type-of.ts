import type {
  CoalesceExpression,
  Expression,
  IfExpression,
  OperationExpression,
  StepReference,
  VariableReference,
} from '../../flow/expression.ts';
import { isOperator, takesMissing } from '../../protocol/operators.ts';
import { passes } from '../../protocol/truth.ts';
import { type Access, accessAt } from './access.ts';
import { BOOLEAN, operationType } from './operation-type.ts';
import type { Scope } from './scope.ts';
import { ANY, constantType, nonNull, objectType, type Type, unionType, writtenType } from './type.ts';

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
      return expression.written ? BOOLEAN : unionType(armsOf(expression).map(inside));
    case 'coalesce':
      return typeOfCoalesce(expression, scope);
    case 'operation':
      return typeOfOperation(expression, scope);
    case 'step':
      return typeOfStep(expression, scope);
    case 'variable':
      return typeOfVariable(expression, scope);
    case 'input':
      return accessOf(expression, scope).type;
  }
}

function typeOfOperation(operation: OperationExpression, scope: Scope): Type {
  const { operator } = operation;
  // What only functions know, no schema tells.
  return isOperator(operator) ? operationType(operator, operandTypes(operation, scope)) : ANY;
}

/** The types of the values that an operator is given: null for one that is missing, where it takes that. */
export const operandTypes = ({ operator, operands }: OperationExpression, scope: Scope): readonly Type[] =>
  operands.map((operand) => {
    const type = typeOf(operand, scope);
    return takesMissing(operator) && mayBeMissing(operand, scope) ? unionType([type, constantType(null)]) : type;
  });

/** Whether an expression has no value in some run, because a path that it reads may be missing. */
export function mayBeMissing(expression: Expression, scope: Scope): boolean {
  const inside = (part: Expression): boolean => mayBeMissing(part, scope);
  switch (expression.kind) {
    case 'literal':
    case 'coalesce':
      return false;
    case 'map':
      return expression.entries.some(({ value }) => inside(value));
    case 'list':
      return expression.items.some(inside);
    case 'operation':
      return !takesMissing(expression.operator) && expression.operands.some(inside);
    case 'if':
      return armsOf(expression).some(inside);
    case 'variable':
      if (expression.fallback && inside(expression.fallback)) return true;
      return accessOf(expression, scope).presence !== 'always';
    default:
      return accessOf(expression, scope).presence !== 'always';
  }
}

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
