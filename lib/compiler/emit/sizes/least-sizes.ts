import type { Json } from '../../../protocol/json.ts';
import { bytesOf, MIN_SHARE } from '../../../runtime/spill/spill.ts';
import { builtinOf } from '../../analyse/builtins.ts';
import type { Plan, PlannedStep } from '../../plan/plan.ts';
import { builtinAsStates, fieldOf, knownItems } from '../builtin-states.ts';
import { constantSlots } from '../jsonata/slots.ts';
import { type Layout, layoutOf } from '../layout.ts';
import { type Content, contentOf, contentOfSinks, INPUT, type Source } from './payload-limits.ts';

/** Bytes that the result of an inner flow has around its output: outcome, ids, counts. */
export const RESULT_OVERHEAD = 300;

/** Bytes that the outcome of a run has around its result. */
const OUTCOME_OVERHEAD = 64;

/** The most iterations of an inline Map whose list is only known at run time. */
const INLINE_ITERATIONS = 100;

/** The iterations whose results are always given room. With more items a Map is distributed where it has to be. */
const GUARANTEED_ITERATIONS = 10;

/** Events that one Map may add to a history. */
const MAP_EVENTS = 10_000;

/** The fields from which the built-in components that run flows take the flow's input. */
const INPUT_FIELDS = { eval: 'input', map: 'items', iterate: 'initial_input' } as const;

/** What the input of a step's inner flow is made of; undefined where the state machine itself runs no flow for the step. */
export function innerInputOf(planned: PlannedStep): Content | undefined {
  const builtin = builtinAsStates(planned);
  if (!planned.inner || !builtin || builtin === 'sleep') return undefined;
  return contentOf(fieldOf(planned, INPUT_FIELDS[builtin]));
}

/** The fewest bytes to which the value of each source of a plan can be brought by spilling. */
export class LeastSizes {
  readonly #bytes = new Map<Source, number>();

  /** `input`: of the flow's input. */
  constructor(plan: Plan, layout: Layout, input: number) {
    this.#bytes.set(INPUT, input);
    // In the order in which steps run: what a result is made of comes before it.
    for (const planned of plan.steps.values()) this.#bytes.set(planned.step.id, leastSizeOf(planned, layout, this));
  }

  of(source: Source): number {
    return this.#bytes.get(source) ?? MIN_SHARE;
  }

  /** Of a value that is made of others. */
  sum({ fixed, values }: Content): number {
    return values.reduce((sum, source) => sum + this.of(source), fixed);
  }
}

function leastSizeOf(planned: PlannedStep, layout: Layout, sizes: LeastSizes): number {
  const { step } = planned;
  const least = Math.max(MIN_SHARE, leastSizeOfResult(planned, layout, sizes));
  if (step.onError.action !== 'useDefault') return least;
  const { value } = step.onError;
  if (value.kind !== 'literal') return Math.max(least, sizes.sum(contentOf(value)));
  return Math.max(least, constantBytes(planned, layout, value.value));
}

/** The least bytes of a slot of a result that the state machine itself makes; 0 where a function makes it. */
function leastSizeOfResult(planned: PlannedStep, layout: Layout, sizes: LeastSizes): number {
  const { step, inner } = planned;
  if (!builtinAsStates(planned)) return 0;
  if (!inner) return step.input.kind === 'literal' ? constantBytes(planned, layout, step.input.value) : 0;
  const input = innerInputOf(planned);
  if (!input) return 0;
  const runs = Math.min(GUARANTEED_ITERATIONS, iterationsOf(planned));
  return RESULT_OVERHEAD + runs * leastSizeOfRun(inner, sizes.sum(input));
}

/** The least bytes of what a flow gives. `input`: the least bytes of its input. */
function leastSizeOfRun(inner: Plan, input: number): number {
  const sizes = new LeastSizes(inner, layoutOf(inner), input);
  const { output } = inner.flow;
  return output ? sizes.sum(contentOf(output)) : sizes.sum(contentOfSinks(inner)) + OUTCOME_OVERHEAD;
}

/** The largest of the slots of a result that is written out in the flow. */
const constantBytes = ({ step }: PlannedStep, layout: Layout, value: Json): number =>
  Math.max(0, ...Object.values(constantSlots(step.id, value, layout.keys(step.id))).map(bytesOf));

/** The runs of a flow whose results, each spilled as far as possible, fit into `share` bytes together; at least one. */
export const fittingRuns = (inner: Plan, share: number, input: number): number =>
  Math.max(1, Math.floor((share - RESULT_OVERHEAD) / (leastSizeOfRun(inner, input) + OUTCOME_OVERHEAD)));

/** The runs of a step's inner flow whose results meet in one value. */
export function iterationsOf(planned: PlannedStep): number {
  if (builtinOf(planned.step) !== 'map') return 1;
  return Math.max(1, Math.min(knownItems(planned) ?? INLINE_ITERATIONS, inlineIterations(planned)));
}

/** The iterations that an inline Map may have for its events to fit into the history. */
export const inlineIterations = ({ inner }: PlannedStep): number =>
  Math.max(1, Math.min(INLINE_ITERATIONS, Math.floor(MAP_EVENTS / (inner ? eventsOf(inner) : 1))));

/** Events of a run of a plan, roughly: a Task has five, its guard and its Parallel two each. */
function eventsOf(plan: Plan): number {
  let events = 10;
  for (const planned of plan.steps.values()) {
    const { inner, step } = planned;
    const runs =
      builtinOf(step) === 'map' ? Math.min(knownItems(planned) ?? INLINE_ITERATIONS, inlineIterations(planned)) : 1;
    events += 10 + (inner ? runs * eventsOf(inner) : 0);
  }
  return events;
}
