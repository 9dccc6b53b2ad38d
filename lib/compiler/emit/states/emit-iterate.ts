import type { ChoiceRule, ChoiceState, PassState, TaskState } from '../../../asl/state-machine.ts';
import type { Expression } from '../../../flow/expression.ts';
import { inputField } from '../../analyse/builtins.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import { fieldOf } from '../builtin-states.ts';
import { nextState } from '../continuation.ts';
import type { FlowEmitter } from '../emit-flow.ts';
import type { EmitContext, Fault } from '../frame.ts';
import { jsonataOf, templateOf } from '../jsonata/expressions.ts';
import { evaluated, type Jsonata, lookup, object, quote, variable } from '../jsonata/jsonata.ts';
import { skippedSlots } from '../jsonata/slots.ts';
import { INPUT } from '../sizes/payload-limits.ts';
import { slotsOfResult } from './assign-result.ts';
import { ANSWER, callOf } from './call.ts';
import { emitResultFromInput, needsResultStates } from './emit-result.ts';
import { rehydrateInput } from './rehydrate-input.ts';

// Source: the language's own default for `max_iterations`.
const MOST_ITERATIONS = 1000;

const OUTPUT = lookup('$states.input', 'result');
const RESULT = lookup(OUTPUT, 'result');
const NEXT = lookup(OUTPUT, 'next');

/**
 * Emits an `iterate` as a loop: the inner flow's states, then a Choice over the flow's output. With `next` it goes back to
 * the flow's start, with `result` it goes on. A failure of the inner flow is a failure of the step.
 */
export function emitIterate(emitter: FlowEmitter, planned: PlannedStep, context: EmitContext): string {
  const { name, scopePath, states } = context;
  const input = emitter.localName(planned, 'input');
  const count = emitter.localName(planned, 'count');
  const inner = emitter.innerFlow(planned, {
    input: variable(input),
    transition: { Next: name },
    catchers: emitter.catchers(planned, context),
    fail: (into, fault) => stateOnFault(emitter, planned, { ...context, states: into }, fault),
  });
  if (!inner) return name;
  const from = [fieldOf(planned, 'initial_input'), ...nextInputs(planned)];
  const catchers = emitter.catchers(planned, context);
  const start = rehydrateInput(emitter, planned, { name: input, from, start: inner.emit(states), states, catchers });
  const again = { [input]: evaluated(NEXT), [count]: `{% $${count} + 1 %}` };
  const loop: ChoiceState = {
    Type: 'Choice',
    Choices: [
      ...rehydrationRules(emitter, planned, context),
      ...exitRules(emitter, planned, context, variable(count)),
      { Condition: `{% $exists(${NEXT}) %}`, Assign: again, Next: start },
    ],
    Default: stateOnFault(emitter, planned, context, {
      code: 'INVALID_INPUT',
      message: quote(`step ${quote(planned.step.id)}: the flow of an iterate gives {result} or {next}`),
    }),
  };
  states.add(name, loop, emitter.source('step', planned));
  const first = { [input]: templateOf(fieldOf(planned, 'initial_input'), emitter.scope(scopePath)), [count]: 1 };
  return states.add(
    emitter.stateName(planned, 'input'),
    { Type: 'Pass', Assign: first, Output: {}, Next: start },
    emitter.source('take-input', planned),
  );
}

/** The expressions that may give the next input: the field `next` of the inner flow's output, or the whole output. */
function nextInputs({ inner }: PlannedStep): readonly Expression[] {
  const output = inner?.flow.output;
  if (output?.kind !== 'map') return output ? [output] : [];
  return output.entries.flatMap(({ key, value }) => (key === 'next' ? [value] : []));
}

/** An output that is packed, or not written as a map, may have been spilled as a whole: a function hydrates it. */
function rehydrationRules(emitter: FlowEmitter, planned: PlannedStep, context: EmitContext): readonly ChoiceRule[] {
  const output = planned.inner?.flow.output;
  const { budget, prefix } = emitter.frame;
  const { id } = planned.step;
  if (!budget.packs(id, 'runs') && (!output || output.kind === 'map' || output.kind === 'literal')) return [];
  const catchers = emitter.catchers(planned, context);
  const found = ['result', 'next'].map((key) => {
    const absent = `${quote(key)} in ${lookup(ANSWER, '$missing')}`;
    return `${absent} ? {} : ${object([[key, lookup(ANSWER, key)]])}`;
  });
  const rehydrate: TaskState = {
    ...callOf('/builtin/noop', {
      step: `${prefix}${id}`,
      input: evaluated(OUTPUT),
      reads: ['result', 'next'],
      spillAbove: Math.min(budget.spillAbove(id), budget.inner(id)?.share(INPUT) ?? 0),
    }),
    ...(catchers.length > 0 && { Catch: catchers }),
    Output: { outcome: 'success', result: evaluated(`$merge([${found.join(', ')}])`) },
    Next: context.name,
  };
  const Next = context.states.add(emitter.stateName(planned, 'open'), rehydrate, emitter.source('rehydrate', planned));
  return [{ Condition: `{% $exists(${lookup(OUTPUT, '$blob')}) %}`, Next }];
}

/** The rules that leave the loop: the flow was skipped, it has a result, or it reached `max_iterations`. */
function exitRules(
  emitter: FlowEmitter,
  planned: PlannedStep,
  context: EmitContext,
  count: Jsonata,
): readonly ChoiceRule[] {
  const { scopePath, after } = context;
  const most = jsonataOf(
    inputField(planned.step, 'max_iterations') ?? { ...fieldOf(planned, ''), kind: 'literal', value: MOST_ITERATIONS },
    emitter.scope(scopePath),
  );
  const resultState = needsResultStates(emitter, planned) ? emitResultFromInput(emitter, planned, context) : undefined;
  const exit = (condition: Jsonata, result: Jsonata, terminated: boolean): ChoiceRule => {
    const value = object([
      ['result', result],
      ['iterations', count],
      ['terminated', String(terminated)],
    ]);
    if (resultState !== undefined)
      return { Condition: `{% ${condition} %}`, Output: evaluated(value), Next: resultState };
    const slots = evaluated(slotsOfResult(emitter, planned, value));
    return { Condition: `{% ${condition} %}`, ...emitter.assign(planned, scopePath, slots), Next: nextState(after) };
  };
  const skipped = skippedSlots(emitter.keys(planned));
  return [
    {
      Condition: '{% $states.input.outcome = "skipped" %}',
      ...emitter.assign(planned, scopePath, skipped),
      Next: nextState(after),
    },
    exit(`$exists(${RESULT})`, RESULT, false),
    exit(`$exists(${NEXT}) and ${count} >= ${most}`, NEXT, true),
  ];
}

/** The state to go to on a fault of the loop or of its flow: what `onError` says, or else the failure of the outer flow. */
function stateOnFault(emitter: FlowEmitter, planned: PlannedStep, context: EmitContext, fault: Fault): string {
  const instead = emitter.afterFailure(planned, context);
  if (!instead) return emitter.fail(planned, context, fault);
  const state: PassState = { Type: 'Pass', ...instead, Output: {} };
  return context.states.add(emitter.stateName(planned, 'instead'), state, emitter.source('default', planned));
}
