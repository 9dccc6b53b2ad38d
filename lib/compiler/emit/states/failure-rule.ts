import type { ChoiceRule } from '../../../asl/state-machine.ts';
import type { Evaluated } from '../../../protocol/templated.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import type { FlowEmitter } from '../emit-flow.ts';
import type { EmitContext } from '../frame.ts';
import { quote } from '../jsonata/jsonata.ts';

/** A rule for a failure of the step, which its `onError` may cover. */
export function failureRule(
  emitter: FlowEmitter,
  planned: PlannedStep,
  context: EmitContext,
  Condition: Evaluated,
  what: string,
): ChoiceRule {
  const instead = emitter.afterFailure(planned, context);
  if (instead) return { Condition, ...instead };
  const message = quote(`step ${quote(planned.step.id)}: ${what}`);
  return { Condition, Next: emitter.fail(planned, context, { code: 'INVALID_INPUT', message }) };
}
