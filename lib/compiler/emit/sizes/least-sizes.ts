import { FLOW_RUNNERS } from '../../../flow/flow-runners.ts';
import type { Json } from '../../../protocol/json.ts';
import { bytesOf, MIN_SHARE } from '../../../runtime/spill/spill.ts';
import { builtinOf, writtenItems } from '../../analyse/builtins.ts';
import type { Plan, PlannedStep } from '../../plan/plan.ts';
import { builtinAsStates, fieldOf } from '../builtin-states.ts';
import { constantSlots } from '../jsonata/slots.ts';
import { type Layout, layoutOf } from '../layout.ts';
import { listsRead } from '../result-lists.ts';
import { variablesExpression } from '../variables-expression.ts';
import type { Carried } from './carried.ts';
import { type Content, contentOf, contentOfSinks, INPUT, type Source } from './payload-limits.ts';

/** Bytes that the result of an inner flow has around its output: outcome, ids, counts. */
export const RESULT_OVERHEAD = 300;

/** Bytes that the outcome of a run has around its result. */
export const OUTCOME_OVERHEAD = 64;

/** The iterations whose results are given room in a Map's result. With more items it is distributed where it has to be. */
const GUARANTEED_ITERATIONS = 10;

/** What the sizes in a plan depend on, beside the plan. */
export interface Sizing {
  /** The most iterations of each `map` as an inline Map, by the events of a history. */
  readonly inlineIterations: ReadonlyMap<PlannedStep, number>;
  readonly carried: Carried;
}

/** A plan, and what precedes the ids of its steps where they are inner ones: `each.`. */
export interface SizedPlan extends Sizing {
  readonly plan: Plan;
  readonly prefix: string;
}

/** The plan of a step's inner flow. */
export const innerOf = (sized: SizedPlan, { step }: PlannedStep, inner: Plan): SizedPlan => ({
  ...sized,
  plan: inner,
  prefix: `${sized.prefix}${step.id}.`,
});

/** What the inputs of a step's inner flow are made of. */
export interface InnerInput {
  /** All of it: of a `map`, the list. */
  readonly whole: Content;
  /** The input of each run, as far as they are written out; otherwise one that is as large as the whole. */
  readonly each: readonly Content[];
  /** What is given to the flow's variables, as far as only a run knows it. */
  readonly variables?: Content;
}

/** The inputs of a step's inner flow; undefined where the state machine itself runs no flow for the step. */
export function innerInputOf(planned: PlannedStep): InnerInput | undefined {
  const builtin = builtinAsStates(planned);
  if (!planned.inner || !builtin || builtin === 'sleep') return undefined;
  const field = fieldOf(planned, FLOW_RUNNERS[builtin].input);
  const whole = contentOf(field);
  const isWritten = builtin === 'map' && field.kind === 'list' && field.items.length > 0;
  const variables = variablesExpression(planned);
  return {
    whole,
    each: isWritten ? field.items.map(contentOf) : [whole],
    ...(variables && { variables: contentOf(variables) }),
  };
}

/** The fewest bytes to which the value of each source of a plan can be brought by spilling. */
export class LeastSizes {
  readonly #bytes = new Map<Source, number>();

  /** `input`: of the flow's input. */
  constructor(sized: SizedPlan, layout: Layout, input: number) {
    this.#bytes.set(INPUT, input);
    // In the order in which steps run: what a result is made of comes before it.
    for (const planned of sized.plan.steps.values())
      this.#bytes.set(planned.step.id, leastSizeOf(planned, sized, layout, this));
  }

  of(source: Source): number {
    return this.#bytes.get(source) ?? MIN_SHARE;
  }

  /** Of a value that is made of others. */
  sum({ fixed, values }: Content): number {
    return values.reduce((sum, source) => sum + this.of(source), fixed);
  }

  /** Of the input of a run of a step's inner flow, or of what is given to its variables. */
  ofInnerInput({ step }: PlannedStep, { each, variables }: InnerInput, { carried, prefix }: SizedPlan): number {
    if (carried.has(prefix + step.id, 'input')) return MIN_SHARE;
    return Math.max(...[...each, ...(variables ? [variables] : [])].map((content) => this.sum(content)));
  }
}

function leastSizeOf(planned: PlannedStep, sized: SizedPlan, layout: Layout, sizes: LeastSizes): number {
  const { step } = planned;
  const least = Math.max(MIN_SHARE, leastSizeOfResult(planned, sized, layout, sizes));
  if (step.onError.action !== 'useDefault' || sized.carried.has(sized.prefix + step.id, 'default')) return least;
  const { value } = step.onError;
  if (value.kind !== 'literal') return Math.max(least, sizes.sum(contentOf(value)));
  return Math.max(least, constantBytes(planned, layout, value.value));
}

/** The least bytes of a slot of a result that the state machine itself makes; 0 where a function makes it. */
function leastSizeOfResult(planned: PlannedStep, sized: SizedPlan, layout: Layout, sizes: LeastSizes): number {
  const { step, inner } = planned;
  if (!builtinAsStates(planned)) return 0;
  if (!inner) return step.input.kind === 'literal' ? constantBytes(planned, layout, step.input.value) : 0;
  const input = innerInputOf(planned);
  if (!input || sized.carried.has(sized.prefix + step.id, 'result')) return 0;
  const runs = Math.min(GUARANTEED_ITERATIONS, mostInlineRuns(planned, sized));
  if (runs === 0) return 0;
  const run = leastSizeOfRun(planned, inner, sized, sizes.ofInnerInput(planned, input, sized));
  return RESULT_OVERHEAD + runs * copiesOfRun(planned, layout) * run;
}

/** How often the result of a step has what a run gives: that of a `map` may have two lists with it. */
export const copiesOfRun = ({ step }: PlannedStep, layout: Layout): number =>
  builtinOf(step) === 'map' ? Math.max(1, listsRead(layout.keys(step.id)).size) : 1;

/** The least bytes of what a run of a step's inner flow gives. `input`: the least bytes of its input. */
function leastSizeOfRun(planned: PlannedStep, inner: Plan, sized: SizedPlan, input: number): number {
  if (sized.carried.has(sized.prefix + planned.step.id, 'runs')) return MIN_SHARE + OUTCOME_OVERHEAD;
  const sizes = new LeastSizes(innerOf(sized, planned, inner), layoutOf(inner), input);
  const { output } = inner.flow;
  return OUTCOME_OVERHEAD + (output ? sizes.sum(contentOf(output)) : sizes.sum(contentOfSinks(inner)));
}

/** The largest of the slots of a result that is written out in the flow. */
const constantBytes = ({ step }: PlannedStep, layout: Layout, value: Json): number =>
  Math.max(0, ...Object.values(constantSlots(step.id, value, layout.keys(step.id))).map(bytesOf));

/**
 * The most runs of a step's inner flow whose results, each spilled as far as possible, fit into `share` bytes together, and
 * whose events fit into a history. `input`: the least bytes of a run's input.
 */
export function fittingRuns(
  planned: PlannedStep,
  inner: Plan,
  sized: SizedPlan,
  { share, input }: { readonly share: number; readonly input: number },
): number {
  const most = mostInlineRuns(planned, sized);
  const each = copiesOfRun(planned, layoutOf(sized.plan)) * leastSizeOfRun(planned, inner, sized, input);
  const fitting = Math.floor((share - RESULT_OVERHEAD) / each);
  return Math.min(most, Math.max(1, fitting));
}

/** The most runs of a step's inner flow whose results may meet in one value; 0 where all have executions of their own. */
function mostInlineRuns(planned: PlannedStep, { inlineIterations }: SizedPlan): number {
  if (builtinOf(planned.step) !== 'map') return 1;
  const most = inlineIterations.get(planned) ?? 0;
  const known = writtenItems(planned.step);
  if (known === undefined) return most;
  return known > most ? 0 : Math.max(1, known);
}
