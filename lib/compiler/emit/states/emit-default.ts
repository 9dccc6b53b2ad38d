import type { ChoiceRule } from '../../../asl/state-machine.ts';
import type { Expression } from '../../../flow/expression.ts';
import { parseSlotKey } from '../../../protocol/invocation.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import { nextState } from '../continuation.ts';
import type { FlowEmitter } from '../emit-flow.ts';
import type { EmitContext } from '../frame.ts';
import { mayMiss, missingIn, skippedIn } from '../jsonata/answers.ts';
import { jsonataOf, templateOf } from '../jsonata/expressions.ts';
import { evaluated, FALSE } from '../jsonata/jsonata.ts';
import { missingText } from '../jsonata/missing-text.ts';
import { skippedSlots } from '../jsonata/slots.ts';
import { assignResult } from './assign-result.ts';
import { isSpilled } from './call.ts';
import { emitTaking } from './emit-result.ts';
import { pathEntersReference } from './spilled-paths.ts';

/**
 * Emits the default of a step that failed, where it is an expression: a Pass that evaluates it. A Choice comes first where it
 * may read a skipped step, which skips this step too, or something missing, which fails the flow, and where something reads
 * inside a part of it that may have been spilled: then a function reads that. A default that would not fit the step's variable
 * goes through a function in any case.
 */
export function emitDefault(
  emitter: FlowEmitter,
  planned: PlannedStep,
  value: Expression,
  context: EmitContext,
): string {
  const { scopePath, states } = context;
  const { budget } = emitter.frame;
  const result = jsonataOf(value, emitter.scope(scopePath));
  const rules = [...rulesOf(emitter, planned, context)];
  const Default = emitter.stateName(planned, 'default');
  const source = emitter.source('default', planned);
  const isOpened = emitter.keys(planned).some((key) => pathEntersReference(value, parseSlotKey(key).path));
  const take = (name: string): string =>
    emitTaking(emitter, planned, context, {
      ...{ name, input: templateOf(value, emitter.scope(scopePath)), isOpened, source },
      // Its failure is not one that the default is for.
      catchers: emitter.outerCatchers(scopePath),
    });
  if (budget.carries(planned.step.id, 'default')) take(Default);
  else {
    states.add(Default, { Type: 'Pass', ...assignResult(emitter, planned, context, result) }, source);
    if (isOpened) {
      const Next = take(emitter.stateName(planned, 'read default'));
      rules.push({ Condition: evaluated(isSpilled(result)), Next });
    }
  }
  if (rules.length === 0) return Default;
  const check = emitter.source('default-check', planned);
  return states.add(emitter.stateName(planned, 'default?'), { Type: 'Choice', Choices: rules, Default }, check);
}

function rulesOf(emitter: FlowEmitter, planned: PlannedStep, context: EmitContext): readonly ChoiceRule[] {
  const { scopePath, after } = context;
  const { step, uses } = planned;
  const scope = emitter.scope(scopePath);
  const rules: ChoiceRule[] = [];
  const skipped = skippedIn(uses.fallback, scope);
  if (skipped !== FALSE) {
    const slots = emitter.assign(planned, scopePath, skippedSlots(emitter.keys(planned)));
    rules.push({ Condition: evaluated(skipped), ...slots, Next: nextState(after) });
  }
  if (uses.fallback.some((use) => mayMiss(use, scope.inputSchema))) {
    const message = missingText(uses.fallback, `the default of step ${JSON.stringify(step.id)}`, scope);
    const Next = emitter.fail(planned, context, { code: 'EXPRESSION_FAILURE', message });
    rules.push({ Condition: evaluated(missingIn(uses.fallback, scope)), Next });
  }
  return rules;
}
