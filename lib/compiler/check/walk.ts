import {
  allWithin,
  type Expression,
  forEachChild,
  type IfExpression,
  type InputReference,
  type OperationExpression,
  type StepReference,
  type VariableReference,
} from '../../flow/expression.ts';
import { expressionsIn, type Flow } from '../../flow/flow.ts';
import { takesMissing } from '../../protocol/operators.ts';

/** A reference, and whether a missing value is tolerated there. */
export interface FoundReference {
  readonly reference: InputReference | StepReference | VariableReference;
  readonly lenient: boolean;
}

/** A condition, the construct that it belongs to, and how that is written. */
export interface FoundCondition {
  readonly condition: Expression;
  readonly of: '$if' | 'skipIf';
  readonly written: '$if' | 'skipIf' | NonNullable<IfExpression['written']>;
}

/** An operation, how its operator is written, and whether a missing value is tolerated in its place. */
export interface FoundOperation {
  readonly operation: OperationExpression;
  readonly written: string;
  readonly lenient: boolean;
}

/** Every reference in a flow. */
export function referencesIn(flow: Flow): readonly FoundReference[] {
  const found: FoundReference[] = [];
  visitFlow(flow, (expression, lenient) => {
    const { kind } = expression;
    if (kind === 'input' || kind === 'step') found.push({ reference: expression, lenient });
    if (kind !== 'variable') return;
    // A value that is given is read with a default where there is one.
    const isSure = expression.given !== undefined && expression.path.guaranteed === true;
    found.push({ reference: expression, lenient: lenient || isSure || expression.fallback !== undefined });
  });
  return found;
}

/** Every operation in a flow. */
export function operationsIn(flow: Flow): readonly FoundOperation[] {
  const found: FoundOperation[] = [];
  visitFlow(flow, (expression, lenient, parent) => {
    if (expression.kind !== 'operation') return;
    const isNegated = parent?.kind === 'if' && parent.written === '$ne';
    found.push({ operation: expression, written: isNegated ? '$ne' : `$${expression.operator}`, lenient });
  });
  return found;
}

/** Receives each expression, whether a missing value is tolerated there, and the expression that it is directly in. */
type Visit = (expression: Expression, lenient: boolean, parent: Expression | undefined) => void;

function visitFlow({ steps, output }: Flow, visit: Visit): void {
  const visitAll = (expression: Expression, lenient: boolean, parent?: Expression): void => {
    visit(expression, lenient, parent);
    forEachChild(expression, (child, role) => {
      const isNull = expression.kind === 'operation' && takesMissing(expression.operator);
      visitAll(child, lenient || isNull || role === 'condition' || role === 'item', expression);
    });
  };
  for (const { input, skipIf, onError } of steps) {
    visitAll(input, false);
    if (skipIf) visitAll(skipIf, true);
    if (onError.action === 'useDefault') visitAll(onError.value, false);
  }
  if (output) visitAll(output, false);
}

/** Every condition in a flow. */
export const conditionsIn = (flow: Flow): readonly FoundCondition[] => [
  ...flow.steps.flatMap(({ skipIf }): FoundCondition[] =>
    skipIf ? [{ condition: skipIf, of: 'skipIf', written: 'skipIf' }] : [],
  ),
  ...expressionsIn(flow)
    .flatMap(allWithin)
    .flatMap((one): FoundCondition[] =>
      one.kind === 'if' ? [{ condition: one.condition, of: '$if', written: one.written ?? '$if' }] : [],
    ),
];
