import type { ChoiceRule } from '../../../asl/state-machine.ts';
import type { Expression } from '../../../flow/expression.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import { nextState } from '../continuation.ts';
import type { FlowEmitter } from '../emit-flow.ts';
import type { EmitContext } from '../frame.ts';
import { jsonataOf, mayMiss, missingIn, missingText, skippedIn } from '../jsonata/expressions.ts';
import { FALSE } from '../jsonata/jsonata.ts';
import { skippedSlots } from '../jsonata/slots.ts';
import { assignResult } from './assign-result.ts';

/**
 * Emits the default of a step that failed, where it is an expression: a Pass that evaluates it. Where it may read a skipped
 * step or something missing, a Choice comes first: the former skips this step too, the latter fails the flow.
 */
export function emitDefault(
  emitter: FlowEmitter,
  planned: PlannedStep,
  value: Expression,
  context: EmitContext,
): string {
  const { scopePath, states } = context;
  const result = jsonataOf(value, emitter.scope(scopePath));
  const rules = rulesOf(emitter, planned, context);
  const Default = emitter.stateName(planned, 'default');
  states.add(
    Default,
    { Type: 'Pass', ...assignResult(emitter, planned, context, result) },
    emitter.source('default', planned),
  );
  if (rules.length === 0) return Default;
  const source = emitter.source('default-check', planned);
  return states.add(emitter.stateName(planned, 'default?'), { Type: 'Choice', Choices: rules, Default }, source);
}

function rulesOf(emitter: FlowEmitter, planned: PlannedStep, context: EmitContext): readonly ChoiceRule[] {
  const { scopePath, after } = context;
  const { step, uses } = planned;
  const scope = emitter.scope(scopePath);
  const rules: ChoiceRule[] = [];
  const skipped = skippedIn(uses.fallback, scope);
  if (skipped !== FALSE) {
    const slots = emitter.assign(planned, scopePath, skippedSlots(emitter.keys(planned)));
    rules.push({ Condition: `{% ${skipped} %}`, ...slots, Next: nextState(after) });
  }
  if (uses.fallback.some((use) => mayMiss(use, scope.inputSchema))) {
    const message = missingText(uses.fallback, `the default of step ${JSON.stringify(step.id)}`, scope);
    const Next = emitter.fail(planned, context, { code: 'EXPRESSION_FAILURE', message });
    rules.push({ Condition: `{% ${missingIn(uses.fallback, scope)} %}`, Next });
  }
  return rules;
}
