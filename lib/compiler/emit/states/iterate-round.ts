import type { Catcher, ChoiceRule, TaskState } from '../../../asl/state-machine.ts';
import type { Expression } from '../../../flow/expression.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import type { LoopSource } from '../../source-map.ts';
import { fieldOf, knownRounds } from '../builtin-states.ts';
import type { States } from '../continuation.ts';
import type { FlowEmitter } from '../emit-flow.ts';
import type { Fault } from '../frame.ts';
import {
  constant,
  evaluated,
  type Jsonata,
  jsonata,
  list,
  lookup,
  object,
  quote,
  text,
  variable,
  verbatim,
} from '../jsonata/jsonata.ts';
import { INPUT } from '../sizes/payload-limits.ts';
import { ANSWER, callOf } from './call.ts';
import { rehydrateInput } from './rehydrate-input.ts';

/** The state after a round, a Choice, and the scope that it is in. */
export interface RoundEnd {
  readonly name: string;
  readonly states: States;
  readonly catchers: readonly Catcher[];
}

const OUTPUT = lookup(jsonata`$states.input`, 'result');

/** What the flow of a round gave, in the state after it. */
export const ROUND = {
  isSkipped: jsonata`$states.input.outcome = "skipped"`,
  result: lookup(OUTPUT, 'result'),
  hasResult: jsonata`$exists(${lookup(OUTPUT, 'result')})`,
  next: lookup(OUTPUT, 'next'),
  hasNext: jsonata`$exists(${lookup(OUTPUT, 'next')})`,
} as const satisfies { readonly [name: string]: Jsonata };

/** The result of an `iterate`. */
export const iterateResult = (result: Jsonata, iterations: Jsonata, terminated: boolean): Jsonata =>
  object([
    ['result', result],
    ['iterations', iterations],
    ['terminated', constant(terminated)],
  ]);

/** The condition under which a loop is at its limit: there is a next input, and as many rounds as there may be. */
export const isAtLimit = (count: string, most: Jsonata): Jsonata =>
  jsonata`${ROUND.hasNext} and ${variable(count)} >= ${most}`;

/** The source of a loop's Choice, whose rule `rule` ends it at its limit; nothing where that is only known at run time. */
export function loopSource(planned: PlannedStep, loop: Omit<LoopSource, 'most'>): { readonly loop?: LoopSource } {
  const most = knownRounds(planned);
  return most === undefined ? {} : { loop: { most, ...loop } };
}

/** The fault of a flow that gives neither a result nor a next input. */
export const givesNeither = ({ step }: PlannedStep): Fault => ({
  code: 'INVALID_INPUT',
  message: quote(`step ${quote(step.id)}: the flow of an iterate gives {result} or {next}`),
});

/** The states before a round whose input is in the variable `name`. Returns the first one's name. `start`: of the flow. */
export const beginRound = (
  emitter: FlowEmitter,
  planned: PlannedStep,
  { name, start, states, catchers }: RoundEnd & { readonly start: string },
): string =>
  rehydrateInput(emitter, planned, {
    name,
    from: [fieldOf(planned, 'initial_input'), ...nextInputs(planned)],
    start,
    states,
    catchers: () => catchers,
  });

/** The expressions that may give the next input: the field `next` of the inner flow's output, or the whole output. */
function nextInputs({ inner }: PlannedStep): readonly Expression[] {
  const output = inner?.flow.output;
  if (output?.kind !== 'map') return output ? [output] : [];
  return output.entries.flatMap(({ key, value }) => (key === 'next' ? [value] : []));
}

/** An output that was carried, or is not written as a map, may have been spilled as a whole: a function hydrates it. */
export function rehydrationRules(
  emitter: FlowEmitter,
  planned: PlannedStep,
  { name, states, catchers }: RoundEnd,
): readonly ChoiceRule[] {
  const output = planned.inner?.flow.output;
  const { budget, prefix } = emitter.frame;
  const { id } = planned.step;
  if (!budget.carries(id, 'runs') && (!output || output.kind === 'map' || output.kind === 'literal')) return [];
  const found = ['result', 'next'].map((key) => {
    const absent = jsonata`${quote(key)} in ${lookup(ANSWER, '$missing')}`;
    return jsonata`${absent} ? {} : ${object([[key, lookup(ANSWER, key)]])}`;
  });
  const rehydrate: TaskState = {
    ...callOf('/builtin/noop', {
      step: text(`${prefix}${id}`),
      input: evaluated(OUTPUT),
      reads: verbatim(['result', 'next']),
      spillAbove: Math.min(budget.spillAbove(id), budget.inner(id)?.share(INPUT) ?? 0),
    }),
    ...(catchers.length > 0 && { Catch: catchers }),
    Output: { outcome: text('success'), result: evaluated(jsonata`$merge(${list(found)})`) },
    Next: name,
  };
  const Next = states.add(emitter.stateName(planned, 'open'), rehydrate, emitter.source('rehydrate', planned));
  return [{ Condition: evaluated(jsonata`$exists(${lookup(OUTPUT, '$blob')})`), Next }];
}
