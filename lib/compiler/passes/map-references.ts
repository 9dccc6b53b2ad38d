import { type Expression, mapChildren, type StepReference } from '../../flow/expression.ts';

/** What stands for a reference to a step; the reference itself where nothing else does. */
export type Replace = (reference: StepReference) => Expression;

/** An expression with its references to steps replaced. Parts in which nothing changes stay the same objects. */
export function mapReferences(expression: Expression, replace: Replace): Expression {
  if (expression.kind === 'step') return replace(expression);
  return mapChildren(expression, (child) => mapReferences(child, replace));
}
