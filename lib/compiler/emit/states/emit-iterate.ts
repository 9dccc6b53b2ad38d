import { repeatStates } from '../../../asl/repetition.ts';
import type { ChoiceRule, ChoiceState, PassState } from '../../../asl/state-machine.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import { fieldOf, knownRounds, maxIterations } from '../builtin-states.ts';
import { nextState } from '../continuation.ts';
import type { FlowEmitter } from '../emit-flow.ts';
import type { EmitContext, Fault } from '../frame.ts';
import { jsonataOf, templateOf } from '../jsonata/expressions.ts';
import { evaluated, type Jsonata, jsonata, quote, variable } from '../jsonata/jsonata.ts';
import { skippedSlots } from '../jsonata/slots.ts';
import { slotsOfResult } from './assign-result.ts';
import { emitOwnLoop } from './emit-own-loop.ts';
import { emitResultFromInput, needsResultStates } from './emit-result.ts';
import { givenVariables } from './given-variables.ts';
import {
  beginRound,
  givesNeither,
  isAtLimit,
  iterateResult,
  loopSource,
  ROUND,
  rehydrationRules,
} from './iterate-round.ts';
import { within } from './iteration.ts';

/** Emits an `iterate`: a loop of states, or the start of an execution of its own that has the loop. */
export const emitIterate = (emitter: FlowEmitter, planned: PlannedStep, context: EmitContext): string =>
  planned.ownExecutions
    ? emitOwnLoop(emitter, planned, context, exitRules(emitter, planned, context, OWN_ENDS))
    : emitLoop(emitter, planned, context);

/**
 * Emits the inner flow's states, then a Choice over the flow's output. With `next` it goes back to the flow's start, with
 * `result` it goes on. A failure of the inner flow is a failure of the step.
 */
function emitLoop(emitter: FlowEmitter, planned: PlannedStep, context: EmitContext): string {
  const { name, scopePath, states } = context;
  const input = emitter.localName(planned, 'input');
  const count = emitter.localName(planned, 'count');
  const catchers = emitter.catchers(planned, context, true);
  const variables = givenVariables(emitter, planned, context);
  const before = states.size;
  const inner = emitter.innerFlow(planned, {
    input: variable(input),
    ...variables.frame,
    iteration: within(emitter.iteration(scopePath), variable(count)),
    transition: { Next: name },
    catchers,
    fail: (into, fault, of) => stateOnFault(emitter, planned, { ...context, states: into }, fault, of),
  });
  if (!inner) return name;
  const start = beginRound(emitter, planned, { name: input, start: inner.emit(states), states, catchers });
  const opening = rehydrationRules(emitter, planned, { name, states, catchers });
  const round = states.since(before);
  const again = { [input]: evaluated(ROUND.next), [count]: evaluated(jsonata`${variable(count)} + 1`) };
  const most = jsonataOf(maxIterations(planned), emitter.scope(scopePath));
  const exits = exitRules(emitter, planned, context, [
    { condition: ROUND.hasResult, result: iterateResult(ROUND.result, variable(count), false) },
    { condition: isAtLimit(count, most), result: iterateResult(ROUND.next, variable(count), true) },
  ]);
  const loop: ChoiceState = {
    Type: 'Choice',
    Choices: [...opening, ...exits, { Condition: evaluated(ROUND.hasNext), Assign: again, Next: start }],
    Default: stateOnFault(emitter, planned, context, givesNeither(planned)),
  };
  const rule = opening.length + exits.length - 1;
  states.add(name, loop, {
    ...emitter.source('step', planned),
    again: start,
    ...loopSource(planned, { rule, count }),
  });
  repeatStates([...round, [name, loop]], knownRounds(planned) ?? Number.POSITIVE_INFINITY);
  const first = {
    [input]: templateOf(fieldOf(planned, 'initial_input'), emitter.scope(scopePath)),
    [count]: 1,
    ...variables.assign,
  };
  return states.add(
    emitter.stateName(planned, 'input'),
    { Type: 'Pass', Assign: first, Output: {}, Next: variables.rehydrated(start, { states, catchers }) },
    emitter.source('take-input', planned),
  );
}

/** A way in which a loop ends: its condition, and the step's result. */
interface LoopEnd {
  readonly condition: Jsonata;
  readonly result: Jsonata;
}

/** A loop in an execution of its own ends with the step's result. */
const OWN_ENDS: readonly LoopEnd[] = [
  { condition: jsonata`$states.input.outcome = "success"`, result: jsonata`$states.input.result` },
];

/** The rules that leave the loop: the flow was skipped, or the loop has ended. */
function exitRules(
  emitter: FlowEmitter,
  planned: PlannedStep,
  context: EmitContext,
  ends: readonly LoopEnd[],
): readonly ChoiceRule[] {
  const { scopePath, after } = context;
  const resultState = needsResultStates(emitter, planned) ? emitResultFromInput(emitter, planned, context) : undefined;
  const exit = ({ condition, result }: LoopEnd): ChoiceRule => {
    const Condition = evaluated(condition);
    if (resultState !== undefined) return { Condition, Output: evaluated(result), Next: resultState };
    const slots = evaluated(slotsOfResult(emitter, planned, result));
    return { Condition, ...emitter.assign(planned, scopePath, slots), Next: nextState(after) };
  };
  const skipped = emitter.assign(planned, scopePath, skippedSlots(emitter.keys(planned)));
  return [{ Condition: evaluated(ROUND.isSkipped), ...skipped, Next: nextState(after) }, ...ends.map(exit)];
}

/**
 * The state to go to on a fault of the loop or of its flow: what `onError` says, or else the failure of the outer flow. `of`: the
 * id of the step of its flow whose fault it is.
 */
function stateOnFault(
  emitter: FlowEmitter,
  planned: PlannedStep,
  context: EmitContext,
  fault: Fault,
  of?: string,
): string {
  const instead = emitter.afterFailure(planned, context);
  if (!instead) return emitter.fail(planned, context, fault, of);
  const state: PassState = { Type: 'Pass', ...instead, Output: {} };
  return context.states.add(emitter.stateName(planned, 'instead'), state, emitter.source('default', planned));
}

/** The rule before a loop whose `max_iterations` is only known at run time, or wrong: it is a whole number from 1 on. */
export function iterateRules(emitter: FlowEmitter, planned: PlannedStep, context: EmitContext): readonly ChoiceRule[] {
  if (knownRounds(planned) !== undefined) return [];
  const most = jsonataOf(maxIterations(planned), emitter.scope(context.scopePath));
  const Condition = evaluated(jsonata`$type(${most}) = "number" ? ${most} < 1 or $floor(${most}) != ${most} : true`);
  const message = quote(`step ${quote(planned.step.id)}: "max_iterations" must be a whole number from 1 on`);
  return [{ Condition, Next: stateOnFault(emitter, planned, context, { code: 'INVALID_INPUT', message }) }];
}
