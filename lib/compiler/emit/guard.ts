import type { Wanted } from '../plan/hoisted-conditions.ts';
import type { PlannedStep } from '../plan/plan.ts';
import type { Fault } from './frame.ts';
import {
  type ExpressionScope,
  gateTest,
  mayMiss,
  missingIn,
  missingText,
  skippedIn,
  testOfValue,
} from './jsonata/expressions.ts';
import { all, any, FALSE, type Jsonata, not, TRUE } from './jsonata/jsonata.ts';

/**
 * Under which condition the state machine passes a step over: because nothing wants it, because of its `skipIf`, or
 * because it reads a step that was skipped. {@link FALSE} where it never does.
 *
 * `maySkip` tells of which steps the state machine knows that they may be skipped. Any component may skip its step
 * besides; of that the wrapper of each function that reads it takes care, but a step without a function has none.
 */
export function passesOver(
  { step, uses, wanted: sometimes, later }: PlannedStep,
  scope: ExpressionScope,
  maySkip: (id: string) => boolean,
): Jsonata {
  const wanted = sometimes ? any(sometimes.map((one) => wantedTest(one, { ...scope, later }))) : TRUE;
  const skipIf = step.skipIf ? testOfValue(step.skipIf, 'skipIf', scope) : FALSE;
  const skippable = uses.input.filter(({ reference }) => reference.kind === 'step' && maySkip(reference.step));
  return any([not(wanted), skipIf, skippedIn(skippable, scope)]);
}

/** Whether a step is wanted for one reason. */
export const wantedTest = ({ known, gates }: Wanted, scope: ExpressionScope): Jsonata =>
  all([known === undefined ? TRUE : scope.hoisted(known), ...gates.map((gate) => gateTest(gate, scope))]);

/** What is missing of a step's input, for a step without a function whose wrapper would say so. */
export function inputFault(
  { step, uses }: PlannedStep,
  scope: ExpressionScope,
): { condition: Jsonata; fault: Fault } | undefined {
  if (!uses.input.some((use) => mayMiss(use, scope.inputSchema))) return undefined;
  const message = missingText(uses.input, `the input of step ${JSON.stringify(step.id)}`, scope);
  return { condition: missingIn(uses.input, scope), fault: { code: 'EXPRESSION_FAILURE', message } };
}
