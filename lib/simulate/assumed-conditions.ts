import type { Plan } from '../compiler/plan/plan.ts';
import type { Expression, StepReference } from '../flow/expression.ts';
import { forEachChild } from '../flow/expression.ts';
import { expressionsOf } from '../flow/flow.ts';
import { passes } from '../protocol/truth.ts';

/** What one reference of a condition is to be, so that the condition is as it is assumed to be. */
export type WantedTruth = WantedTest | WantedEquality;

/** A test that a reference is to pass, or to fail. */
export interface WantedTest {
  readonly kind: 'test';
  readonly reference: Extract<Expression, { kind: 'input' | 'step' }>;
  readonly test: 'if' | 'skipIf';
  readonly holds: boolean;
}

/** What of a step's result is to be equal to something else, or is not to be. */
export interface WantedEquality {
  readonly kind: 'equality';
  readonly reference: StepReference;
  readonly to: Expression;
  readonly holds: boolean;
}

/** What the references of a plan's conditions are to be so that each `$if` is true and each `skipIf` false. */
export function wantedTruths({ steps, flow }: Plan): readonly WantedTruth[] {
  const wanted: WantedTruth[] = [];
  const visit = (expression: Expression): void => {
    if (expression.kind === 'if' && !expression.written) want(expression.condition, 'if', true, wanted);
    forEachChild(expression, (child, role) => {
      if (role !== 'condition') visit(child);
    });
  };
  for (const { step } of steps.values()) for (const expression of expressionsOf(step)) visit(expression);
  if (flow.output) visit(flow.output);
  for (const { step } of steps.values()) if (step.skipIf) want(step.skipIf, 'skipIf', false, wanted);
  return wanted;
}

/** What is to hold for a condition to be true, or false. */
export function truthsFor(condition: Expression, holds: boolean): readonly WantedTruth[] {
  const wanted: WantedTruth[] = [];
  want(condition, 'if', holds, wanted);
  return wanted;
}

type Test = 'if' | 'skipIf';

function want(condition: Expression, test: Test, holds: boolean, wanted: WantedTruth[]): void {
  switch (condition.kind) {
    case 'input':
    case 'step':
      wanted.push({ kind: 'test', reference: condition, test, holds });
      return;
    case 'if': {
      // The first arm, unless it is a constant that is not what is wanted.
      const { consequent, alternative } = condition;
      const takes = !isKnown(consequent, test, !holds);
      want(condition.condition, 'if', takes, wanted);
      want(takes ? consequent : alternative, test, holds, wanted);
      return;
    }
    case 'coalesce':
      for (const item of condition.items) want(item, test, holds, wanted);
      return;
    case 'operation': {
      // The only operation that the state machine does on results of steps is to compare them.
      const [one, other] = condition.operands;
      if (!one || !other) return;
      const [reference, to] = one.kind === 'step' ? [one, other] : [other, one];
      if (reference.kind === 'step') wanted.push({ kind: 'equality', reference, to, holds });
      return;
    }
    default:
  }
}

const isKnown = (expression: Expression, test: Test, holds: boolean): boolean =>
  expression.kind === 'literal' && passes(expression.value, test) === holds;
