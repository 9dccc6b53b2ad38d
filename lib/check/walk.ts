import type { Expression, InputReference, StepReference, VariableReference } from '../flow/expression.ts';
import type { Flow } from '../flow/flow.ts';

/** A reference, and whether what is missing there is passed over. */
export interface FoundReference {
  readonly reference: InputReference | StepReference | VariableReference;
  readonly lenient: boolean;
}

/** A condition, and what it stands in. */
export interface FoundCondition {
  readonly condition: Expression;
  readonly of: '$if' | 'skipIf';
}

/** Every expression of a flow that is not part of another. */
function* expressionsIn({ steps, output }: Flow): Generator<Expression> {
  for (const { input, skipIf, onError } of steps) {
    yield input;
    if (skipIf) yield skipIf;
    if (onError.action === 'useDefault') yield onError.value;
  }
  if (output) yield output;
}

/** Every reference in a flow. */
export function* referencesIn({ steps, output }: Flow): Generator<FoundReference> {
  for (const { input, skipIf, onError } of steps) {
    yield* references(input, false);
    if (skipIf) yield* references(skipIf, true);
    if (onError.action === 'useDefault') yield* references(onError.value, false);
  }
  if (output) yield* references(output, false);
}

function* references(expression: Expression, lenient: boolean): Generator<FoundReference> {
  switch (expression.kind) {
    case 'input':
    case 'step':
      yield { reference: expression, lenient };
      return;
    case 'variable':
      yield { reference: expression, lenient: lenient || expression.fallback !== undefined };
      break;
    case 'if':
      yield* references(expression.condition, true);
      yield* references(expression.consequent, lenient);
      yield* references(expression.alternative, lenient);
      return;
  }
  const inside = lenient || expression.kind === 'coalesce';
  for (const part of partsOf(expression)) yield* references(part, inside);
}

/** Every condition in a flow. */
export function* conditionsIn(flow: Flow): Generator<FoundCondition> {
  for (const { skipIf } of flow.steps) if (skipIf) yield { condition: skipIf, of: 'skipIf' };
  for (const expression of expressionsIn(flow)) yield* conditions(expression);
}

function* conditions(expression: Expression): Generator<FoundCondition> {
  if (expression.kind === 'if') yield { condition: expression.condition, of: '$if' };
  for (const part of partsOf(expression)) yield* conditions(part);
}

/** The expressions that an expression is made of. */
function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'map':
      return expression.entries.map(({ value }) => value);
    case 'list':
    case 'coalesce':
      return expression.items;
    case 'if':
      return [expression.condition, expression.consequent, expression.alternative];
    case 'variable':
      return expression.fallback ? [expression.fallback] : [];
    default:
      return [];
  }
}
