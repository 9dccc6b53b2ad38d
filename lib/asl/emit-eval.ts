import type { PlannedStep } from '../plan/plan.ts';
import type { FlowEmitter, Place } from './emit-flow.ts';
import { templateOf } from './expressions.ts';
import { fieldOf, give } from './give.ts';
import { caughtOutcome, faultOutcome } from './inner-failure.ts';
import { object, variable } from './jsonata.ts';

/**
 * Writes an `eval`: the states of the inner flow, then a Pass that takes its outcome, be it well or not, as the step's
 * result.
 */
export function emitEval(emitter: FlowEmitter, planned: PlannedStep, place: Place): string {
  const { name, chain, states } = place;
  const result = object([
    ['result', '$states.input'],
    ['run_id', '$states.context.Execution.Id'],
  ]);
  states.add(name, { Type: 'Pass', ...give(emitter, planned, place, result) });
  const input = emitter.localName(planned, 'input');
  const inner = emitter.nested(planned, {
    input: variable(input),
    close: { Next: name },
    catchers: [{ ErrorEquals: ['States.ALL'], Output: caughtOutcome(), Next: name }],
    fail: (into, fault) =>
      into.add(emitter.stateName(planned, 'failed'), { Type: 'Pass', Output: faultOutcome(fault), Next: name }),
  });
  if (!inner) return name;
  const given = templateOf(fieldOf(planned, 'input'), emitter.scope(chain));
  const start = inner.emit(states);
  return states.add(emitter.stateName(planned, 'input'), {
    Type: 'Pass',
    Assign: { [input]: given },
    Output: {},
    Next: start,
  });
}
