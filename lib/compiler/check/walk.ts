import {
  allWithin,
  type Expression,
  forEachChild,
  type InputReference,
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

/** A condition, and the construct that it belongs to. */
export interface FoundCondition {
  readonly condition: Expression;
  readonly of: '$if' | 'skipIf';
}

/** Every reference in a flow. */
export function referencesIn({ steps, output }: Flow): readonly FoundReference[] {
  const found: FoundReference[] = [];
  for (const { input, skipIf, onError } of steps) {
    collect(input, false, found);
    if (skipIf) collect(skipIf, true, found);
    if (onError.action === 'useDefault') collect(onError.value, false, found);
  }
  if (output) collect(output, false, found);
  return found;
}

function collect(expression: Expression, lenient: boolean, found: FoundReference[]): void {
  const { kind } = expression;
  if (kind === 'input' || kind === 'step') found.push({ reference: expression, lenient });
  if (kind === 'variable') {
    // A value that is given is read with a default where there is one.
    const isSure = expression.given !== undefined && expression.path.guaranteed === true;
    found.push({ reference: expression, lenient: lenient || isSure || expression.fallback !== undefined });
  }
  forEachChild(expression, (child, role) => {
    const isNull = expression.kind === 'operation' && takesMissing(expression.operator);
    collect(child, lenient || isNull || role === 'condition' || role === 'item', found);
  });
}

/** Every condition in a flow. */
export const conditionsIn = (flow: Flow): readonly FoundCondition[] => [
  ...flow.steps.flatMap(({ skipIf }): FoundCondition[] => (skipIf ? [{ condition: skipIf, of: 'skipIf' }] : [])),
  ...expressionsIn(flow)
    .flatMap(allWithin)
    .flatMap((one): FoundCondition[] => (one.kind === 'if' ? [{ condition: one.condition, of: '$if' }] : [])),
];
