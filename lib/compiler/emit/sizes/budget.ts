import type { Json } from '../../../protocol/json.ts';
import { QUOTAS } from '../../../protocol/quotas.ts';
import { bytesOf, LEAST_SHARE } from '../../../runtime/spill/spill.ts';
import { builtinOf } from '../../analyse/builtins.ts';
import type { Plan, PlannedStep } from '../../plan/plan.ts';
import { constantSlots } from '../jsonata/slots.ts';
import { Layout } from '../layout.ts';
import { variableNames } from '../names.ts';
import { fieldOf } from '../states/assign-result.ts';
import { builtinEmitterOf } from '../states/emit-builtin.ts';
import {
  contentOf,
  contentOfSinks,
  crossScopeLimits,
  functionPayloadLimit,
  INPUT,
  outputLimit,
  PAYLOAD_BYTES,
  type PayloadLimit,
  type Source,
  variableLimit,
  variablesIn,
} from './payload-limits.ts';

/** Bytes of all variables of an execution, less a reserve. */
const VARIABLE_BYTES = QUOTAS.variables - 985_760;

/** Bytes that the result of an inner flow has around its output: outcome, ids, counts. */
const RESULT_OVERHEAD = 300;

/**
 * Iterations of a Map whose list is only known when the flow runs, for which its results are sure to fit together.
 */
const INLINE_ITERATIONS = 100;

/** Those for whose results there is room in any case. With more items a Map is distributed where it has to be. */
const GUARANTEED_ITERATIONS = 10;

/** Bytes that the outcome of a run has around its result. */
const OUTCOME_OVERHEAD = 64;

/** Events of a history that one Map may make. */
const MAP_EVENTS = 10_000;

/** A place that its values outgrow. */
export interface BrokenLimit extends Pick<PayloadLimit, 'what' | 'step'> {
  /** How many values meet there. */
  readonly values: number;
  /** Bytes that the least which they need is over what there is. */
  readonly over: number;
}

/**
 * How many bytes each value may have, so that no payload can reach a limit. At each place the values share what is left
 * of it evenly, after each has got the least it needs; a value's share is the least of those at its places. What is larger
 * is spilled by the function that makes it.
 */
export class Budget {
  /** All places whose size is limited, those inside of inner flows left out. */
  readonly payloadLimits: readonly PayloadLimit[];
  /** Places that are too small, however small the shares, those inside of inner flows too. */
  readonly broken: readonly BrokenLimit[];
  /** Bytes that the flow's output may have. */
  readonly outputBytes: number;
  readonly #leastSizes: LeastSizes;
  readonly #bounds: ValueBounds;
  readonly #shares = new Map<Source, number>();
  readonly #inner = new Map<string, Budget>();
  /** Of each `map`, the iterations whose results are sure to fit together. */
  readonly #fitting = new Map<string, number>();

  /** `room`: bytes of the flow's output. `most`: bytes that no value may exceed. */
  constructor(plan: Plan, room: number, most: ValueBounds, inputNeed: number) {
    this.outputBytes = room;
    const layout = layoutOf(plan);
    this.#leastSizes = leastSizesOf(plan, layout, inputNeed);
    this.#shares.set(INPUT, most.share);
    this.#bounds = most;
    for (const id of plan.steps.keys()) this.#shares.set(id, most.share);
    const places = [outputLimit(plan, room), ...crossScopeLimits(plan, layout)];
    for (const planned of plan.steps.values()) {
      places.push(variableLimit(planned, layout));
      if (!builtinEmitterOf(planned)) places.push(functionPayloadLimit(planned, layout));
    }
    const broken = places.flatMap((place) => this.#divide(place));
    // A result that the state machine makes of others is known in size when all who read it are, so: from the end.
    for (const planned of [...plan.steps.values()].reverse()) {
      const made = this.#limitsOfComputed(planned, most);
      places.push(...made);
      broken.push(...made.flatMap((place) => this.#divide(place)), ...(this.inner(planned.step.id)?.broken ?? []));
    }
    this.payloadLimits = places;
    this.broken = broken;
  }

  /** Bytes that a value of the source may have. */
  share(source: Source): number {
    return Math.floor(this.#shares.get(source) ?? PAYLOAD_BYTES);
  }

  /** Bytes above which the function of a step spills a value. */
  spillAbove(id: string): number {
    return Math.min(this.share(id), this.#bounds.largest);
  }

  /** The budget of the flow that a step runs. */
  inner(id: string): Budget | undefined {
    return this.#inner.get(id);
  }

  /**
   * The iterations that an inline Map may have: so many that their results fit together and their events into the history.
   * A list that has more, or was spilled, goes through a distributed Map.
   */
  inlineMost({ step }: PlannedStep): number {
    return this.#fitting.get(step.id) ?? 1;
  }

  /** Gives each value at a place its part; answers what is wrong where not even the least fits. */
  #divide({ what, step, availableBytes: room, values }: PayloadLimit): readonly BrokenLimit[] {
    const needed = values.reduce((sum, source) => sum + this.#leastSizes.of(source), 0);
    const more = Math.max(0, room - needed) / Math.max(1, values.length);
    for (const source of values) {
      const share = this.#leastSizes.of(source) + more;
      if (share < (this.#shares.get(source) ?? 0)) this.#shares.set(source, share);
    }
    const over = Math.ceil(needed - room);
    return over > 0 ? [{ what, values: values.length, over, ...(step !== undefined && { step }) }] : [];
  }

  /** The places in which a result that the state machine itself makes has what it is made of. */
  #limitsOfComputed(planned: PlannedStep, most: ValueBounds): readonly PayloadLimit[] {
    const { step, inner } = planned;
    const places: PayloadLimit[] = [];
    const share = this.share(step.id);
    if (step.onError.action === 'useDefault') {
      places.push(limitOfComputed(planned, `the default of step "${step.id}"`, contentOf(step.onError.value), share));
    }
    const builtin = builtinEmitterOf(planned) && builtinOf(step);
    if (!inner || !builtin || builtin === 'sleep') return places;
    const given = contentOf(fieldOf(planned, INPUT_FIELDS[builtin]));
    const needed = given.values.reduce((sum, source) => sum + this.#leastSizes.of(source), given.fixed);
    const fits = fittingRuns(inner, share, needed);
    const runs = Math.min(iterationsOf(planned), fits);
    if (builtin === 'map') this.#fitting.set(step.id, Math.min(inlineMost(planned), fits));
    const budget = innerBudget(planned, inner, { share, runs }, most, needed);
    this.#inner.set(step.id, budget);
    places.push(
      limitOfComputed(planned, `the input of step "${step.id}"`, given, Math.min(PAYLOAD_BYTES, budget.share(INPUT))),
    );
    return places;
  }
}

/** The budget of a whole state machine. `largest`: bytes that no value may exceed, where that is less than what fits. */
export const budgetOf = (plan: Plan, largest: number = PAYLOAD_BYTES): Budget =>
  new Budget(plan, PAYLOAD_BYTES, { share: evenShareOf(plan), largest }, LEAST_SHARE);

/** Bounds that hold for all values, wherever they are. */
interface ValueBounds {
  /** Bytes that a value may have, so that all variables of an execution fit together. */
  readonly share: number;
  /** Bytes above which functions spill, where that is less than there is room for. */
  readonly largest: number;
}

/** What an inner flow gives must fit into the step's result; that of an `iterate` is also its next input. */
function innerBudget(
  planned: PlannedStep,
  inner: Plan,
  { share, runs }: { readonly share: number; readonly runs: number },
  most: ValueBounds,
  needed: number,
): Budget {
  const times = multiplicity(planned);
  const own: ValueBounds = { ...most, share: most.share / times };
  const budgetFor = (room: number): Budget => new Budget(inner, room, own, needed);
  const room = (share - RESULT_OVERHEAD) / runs;
  const budget = budgetFor(room);
  const input = budget.share(INPUT);
  return builtinOf(planned.step) === 'iterate' && input < room ? budgetFor(input) : budget;
}

/** The fields from which the built-in components that run flows take the flow's input. */
const INPUT_FIELDS = { eval: 'input', map: 'items', iterate: 'initial_input' } as const;

const limitOfComputed = (
  { step }: PlannedStep,
  what: string,
  { fixed, values }: ReturnType<typeof contentOf>,
  room: number,
): PayloadLimit => ({ what, step: step.id, availableBytes: room - fixed, values });

const LAYOUTS = new WeakMap<Plan, Layout>();

/** Where the values of a plan lie; under which names does not matter here. */
function layoutOf(plan: Plan): Layout {
  const layout = LAYOUTS.get(plan) ?? new Layout(plan, variableNames());
  LAYOUTS.set(plan, layout);
  return layout;
}

/** The bytes of each value where all that variables can hold is spread evenly. */
const evenShareOf = (plan: Plan): number => VARIABLE_BYTES / Math.max(1, allVariables(plan));

function allVariables(plan: Plan): number {
  let count = variablesIn(plan, layoutOf(plan));
  for (const planned of plan.steps.values()) {
    // The inner flow's input is a variable too.
    if (planned.inner) count += multiplicity(planned) * (1 + allVariables(planned.inner));
  }
  return count;
}

/** Iterations that run at once, each with variables of its own. */
const multiplicity = ({ step }: PlannedStep): number => (builtinOf(step) === 'map' ? QUOTAS.inlineConcurrency : 1);

/** How many items a `map` has, where its list is written out. */
export function knownItems(planned: PlannedStep): number | undefined {
  const items = fieldOf(planned, 'items');
  if (items.kind === 'list') return items.items.length;
  return items.kind === 'literal' && Array.isArray(items.value) ? items.value.length : undefined;
}

/** The runs of a flow whose results, each spilled as far as can be, fit into `share` bytes together; at least one. */
function fittingRuns(inner: Plan, share: number, input: number): number {
  return Math.max(1, Math.floor((share - RESULT_OVERHEAD) / (leastSizeOfRun(inner, input) + OUTCOME_OVERHEAD)));
}

/** The iterations that an inline Map may have for its events to fit into the history. */
const inlineMost = ({ inner }: PlannedStep): number =>
  Math.max(1, Math.min(INLINE_ITERATIONS, Math.floor(MAP_EVENTS / (inner ? eventsOf(inner) : 1))));

/** Events of a run of a plan, about: a Task has five, its guard and its Parallel two each. */
function eventsOf(plan: Plan): number {
  let events = 10;
  for (const planned of plan.steps.values()) {
    const { inner, step } = planned;
    const runs =
      builtinOf(step) === 'map' ? Math.min(knownItems(planned) ?? INLINE_ITERATIONS, inlineMost(planned)) : 1;
    events += 10 + (inner ? runs * eventsOf(inner) : 0);
  }
  return events;
}

/** The runs of a step's inner flow whose results meet in one value. */
function iterationsOf(planned: PlannedStep): number {
  if (builtinOf(planned.step) !== 'map') return 1;
  return Math.max(1, Math.min(knownItems(planned) ?? INLINE_ITERATIONS, inlineMost(planned)));
}

/** The least bytes that a value can be brought down to. */
class LeastSizes {
  readonly #leastSizes = new Map<Source, number>();

  set(source: Source, bytes: number): void {
    this.#leastSizes.set(source, bytes);
  }

  of(source: Source): number {
    return this.#leastSizes.get(source) ?? LEAST_SHARE;
  }

  /** Of what is made of other values. */
  sum({ fixed, values }: ReturnType<typeof contentOf>): number {
    return values.reduce((sum, source) => sum + this.of(source), fixed);
  }
}

function leastSizesOf(plan: Plan, layout: Layout, input: number): LeastSizes {
  const needs = new LeastSizes();
  needs.set(INPUT, input);
  // In the order in which steps run: what a result is made of comes before it.
  for (const planned of plan.steps.values()) needs.set(planned.step.id, leastSizeOf(planned, layout, needs));
  return needs;
}

function leastSizeOf(planned: PlannedStep, layout: Layout, needs: LeastSizes): number {
  const { step } = planned;
  const least = Math.max(LEAST_SHARE, leastSizeOfResult(planned, layout, needs));
  if (step.onError.action !== 'useDefault') return least;
  const { value } = step.onError;
  if (value.kind !== 'literal') return Math.max(least, needs.sum(contentOf(value)));
  return Math.max(least, constantBytes(planned, layout, value.value));
}

/** The least bytes of a slot of a result that the state machine itself makes; 0 where a function makes it. */
function leastSizeOfResult(planned: PlannedStep, layout: Layout, needs: LeastSizes): number {
  const { step, inner } = planned;
  if (!builtinEmitterOf(planned)) return 0;
  if (!inner) return step.input.kind === 'literal' ? constantBytes(planned, layout, step.input.value) : 0;
  const builtin = builtinOf(step);
  if (!builtin || builtin === 'sleep') return 0;
  const given = needs.sum(contentOf(fieldOf(planned, INPUT_FIELDS[builtin])));
  return RESULT_OVERHEAD + Math.min(GUARANTEED_ITERATIONS, iterationsOf(planned)) * leastSizeOfRun(inner, given);
}

/** The least bytes of what a flow gives, with an input of so many. */
function leastSizeOfRun(inner: Plan, input: number): number {
  const inside = leastSizesOf(inner, layoutOf(inner), input);
  const { output } = inner.flow;
  return output ? inside.sum(contentOf(output)) : inside.sum(contentOfSinks(inner)) + OUTCOME_OVERHEAD;
}

/** The largest of the slots of a result that is written out in the flow. */
const constantBytes = ({ step }: PlannedStep, layout: Layout, value: Json): number =>
  Math.max(0, ...Object.values(constantSlots(step.id, value, layout.keys(step.id))).map(bytesOf));
