import { ANY_FAILURE } from '../../../protocol/aws-errors.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import { fieldOf } from '../builtin-states.ts';
import type { FlowEmitter } from '../emit-flow.ts';
import type { EmitContext } from '../frame.ts';
import { templateOf } from '../jsonata/expressions.ts';
import { jsonata, object, variable } from '../jsonata/jsonata.ts';
import { emitResult } from './emit-result.ts';
import { givenVariables } from './given-variables.ts';
import { caughtOutcome, faultOutcome } from './inner-failure.ts';
import { rehydrateInput } from './rehydrate-input.ts';

/** Emits an `eval`: the states of the inner flow, then a Pass that takes its outcome, success or failure, as the result. */
export function emitEval(emitter: FlowEmitter, planned: PlannedStep, context: EmitContext): string {
  const { name, scopePath, states } = context;
  const result = object([
    ['result', jsonata`$states.input`],
    ['run_id', emitter.execution(scopePath)],
  ]);
  const resultState = emitResult(emitter, planned, context, { name, value: result });
  const input = emitter.localName(planned, 'input');
  const variables = givenVariables(emitter, planned, context);
  const inner = emitter.innerFlow(planned, {
    input: variable(input),
    ...variables.frame,
    transition: { Next: resultState },
    catchers: [
      { ErrorEquals: [ANY_FAILURE], Output: caughtOutcome(emitter.maxMessageLength(planned)), Next: resultState },
    ],
    fail: (into, fault, of) =>
      into.add(
        emitter.stateName(planned, 'failed'),
        { Type: 'Pass', Output: faultOutcome(fault), Next: resultState },
        { ...emitter.source('inner-failure', planned), ...(of !== undefined && { step: of }) },
      ),
  });
  if (!inner) return name;
  const from = fieldOf(planned, 'input');
  const given = templateOf(from, emitter.scope(scopePath));
  const catchers = emitter.catchers(planned, context);
  const first = rehydrateInput(emitter, planned, {
    name: input,
    from: [from],
    start: inner.emit(states),
    states,
    catchers: () => catchers,
  });
  const start = variables.rehydrated(first, { states, catchers });
  return states.add(
    emitter.stateName(planned, 'input'),
    { Type: 'Pass', Assign: { [input]: given, ...variables.assign }, Output: {}, Next: start },
    emitter.source('take-input', planned),
  );
}
