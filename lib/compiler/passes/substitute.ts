import type { Expression, StepReference } from '../../flow/expression.ts';
import { isStepUse, stepsReadBy, usesOf } from '../analyse/uses.ts';
import { expressionAt } from './expression-at.ts';

/** The expression that replaces a step's result. */
export interface Substitute {
  /** The result of the step. */
  readonly value: Expression;
  /** The input of the step. */
  readonly input: Expression;
}

/** Properties of the flow in which references are replaced. */
export interface SubstitutionContext {
  /** The steps that may be skipped. */
  readonly skippable: ReadonlySet<string>;
  /** Whether every step runs, whether it is read or not. */
  readonly eager: boolean;
}

/**
 * The expression that replaces a reference to a step. Undefined unless it is exactly equivalent: it has the same value, is
 * skipped with the same steps, and needs the same steps.
 */
export function substituteFor(
  reference: StepReference,
  { value, input }: Substitute,
  context: SubstitutionContext,
): Expression | undefined {
  const part = expressionAt(value, reference.path);
  if (!part || !needsAllOf(input, part, context)) return undefined;
  const { onSkip } = reference;
  if (onSkip === undefined || !context.skippable.has(reference.step)) return part;
  const onlySource =
    part.kind === 'step' && part.onSkip === undefined && stepsReadBy(input).every((id) => id === part.step);
  return onlySource ? { ...part, onSkip } : undefined;
}

/** Whether a part of a step's result needs every step that the input needs, and is skipped with it. */
function needsAllOf(input: Expression, part: Expression, { skippable, eager }: SubstitutionContext): boolean {
  if (part === input) return true;
  const always = usesOf(part).filter(({ gates }) => gates.length === 0);
  const needed = new Set(always.filter(isStepUse).map(({ reference }) => reference.step));
  return stepsReadBy(input).every((id) => needed.has(id) || (eager && !skippable.has(id)));
}
