import type { CoalesceExpression, Expression, StepReference, VariableReference } from '../../flow/expression.ts';
import { passes } from '../../protocol/truth.ts';
import { type Access, accessAt } from './access.ts';
import type { Scope } from './scope.ts';
import { ANY, constantType, either, objectType, present, type Type, writtenType } from './type.ts';

/** The type of an expression's value, where it has one. */
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
      return either([inside(expression.consequent), inside(expression.alternative)]);
    case 'coalesce':
      return typeOfCoalesce(expression, scope);
    case 'step':
      return typeOfStep(expression, scope);
    case 'variable':
      return typeOfVariable(expression, scope);
    case 'input':
      return accessOf(expression, scope).type;
  }
}

/** What a reference finds. */
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
  return reference.onSkip === undefined ? type : either([type, constantType(reference.onSkip)]);
}

function typeOfVariable(reference: VariableReference, scope: Scope): Type {
  const { type } = accessOf(reference, scope);
  return reference.fallback ? either([type, typeOf(reference.fallback, scope)]) : type;
}

/** Null where every item may be null or missing, which only a literal never is. */
function typeOfCoalesce({ items }: CoalesceExpression, scope: Scope): Type {
  const values = items.map((item) => present(typeOf(item, scope)));
  const sure = items.some((item) => item.kind === 'literal' && passes(item.value, 'present'));
  return either(sure ? values : [...values, constantType(null)]);
}
