import type { Expression, StepReference } from '../../flow/expression.ts';
import { isStepUse, stepsReadBy, usesOf } from '../analyse/uses.ts';
import { expressionAt } from './expression-at.ts';

/** What is put in the place of a step's result. */
export interface Substitute {
  /** What the step gives. */
  readonly value: Expression;
  /** What the step itself reads. */
  readonly input: Expression;
}

/** What holds of the flow in which a reference is replaced. */
export interface SubstitutionContext {
  /** The steps that may be skipped. */
  readonly skippable: ReadonlySet<string>;
  /** Whether every step runs, so that no reader is needed to make one run. */
  readonly eager: boolean;
}

/**
 * What a reference to a step reads, where the step's value is an expression; undefined where no expression does exactly
 * the same: reads the same value, is skipped with the same steps, and wants the same steps.
 */
export function substituteFor(
  reference: StepReference,
  { value, input }: Substitute,
  surroundings: SubstitutionContext,
): Expression | undefined {
  const part = expressionAt(value, reference.path);
  if (!part || !covers(part, input, surroundings)) return undefined;
  const { onSkip } = reference;
  if (onSkip === undefined || !surroundings.skippable.has(reference.step)) return part;
  const onlySource =
    part.kind === 'step' && part.onSkip === undefined && stepsReadBy(input).every((id) => id === part.step);
  return onlySource ? { ...part, onSkip } : undefined;
}

/** Whether a part of what a step makes of its input still wants all that the input wants, and is skipped with it. */
function covers(part: Expression, input: Expression, { skippable, eager }: SubstitutionContext): boolean {
  if (part === input) return true;
  const always = usesOf(part).filter(({ gates }) => gates.length === 0);
  const kept = new Set(always.filter(isStepUse).map(({ reference }) => reference.step));
  return stepsReadBy(input).every((id) => kept.has(id) || (eager && !skippable.has(id)));
}
