import { QUOTAS } from '../../../protocol/quotas.ts';
import { MIN_SHARE } from '../../../runtime/spill/spill.ts';
import { builtinOf } from '../../analyse/builtins.ts';
import type { Plan, PlannedStep } from '../../plan/plan.ts';
import { builtinAsStates } from '../builtin-states.ts';
import { layoutOf } from '../layout.ts';
import {
  fittingRuns,
  inlineIterations,
  innerInputOf,
  iterationsOf,
  LeastSizes,
  RESULT_OVERHEAD,
} from './least-sizes.ts';
import {
  type Content,
  contentOf,
  crossScopeLimits,
  functionPayloadLimit,
  INPUT,
  type Meeting,
  meetingIn,
  outputLimit,
  PAYLOAD_BYTES,
  type PayloadLimit,
  type Source,
  variableLimit,
  variablesIn,
} from './payload-limits.ts';

/** Bytes of all variables of an execution, less a reserve. */
const VARIABLE_BYTES = QUOTAS.variables - 985_760;

/** A payload limit that its values exceed even when all of them are spilled. */
export interface BrokenLimit extends Pick<PayloadLimit, 'what' | 'step' | 'place'> {
  /** How many values meet there. */
  readonly values: number;
  /** Bytes by which the least sizes of the values exceed what is available. */
  readonly over: number;
}

/**
 * How many bytes each value may have, so that no payload can exceed its limit. The values in a payload first get the least
 * they need; what is left is divided evenly among them. A value's share is the smallest that it gets in any payload. The
 * function that makes a larger value spills it.
 */
export class Budget {
  /** The limits of all payloads, without those of inner flows. */
  readonly payloadLimits: readonly PayloadLimit[];
  /** The limits that cannot be kept however small the shares are, with those of inner flows. */
  readonly broken: readonly BrokenLimit[];
  /** Those of them that are not in inner flows. */
  readonly ownBroken: readonly BrokenLimit[];
  /** Bytes that the flow's output may have. */
  readonly outputBytes: number;
  readonly #leastSizes: LeastSizes;
  readonly #bounds: ValueBounds;
  readonly #shares = new Map<Source, number>();
  readonly #inner = new Map<string, Budget>();
  /** Of each `map`, the iterations whose results are sure to fit together. */
  readonly #fittingIterations = new Map<string, number>();

  /** `outputBytes`: of the flow's output. `leastInput`: the least bytes of its input. */
  constructor(plan: Plan, outputBytes: number, bounds: ValueBounds, leastInput: number) {
    this.outputBytes = outputBytes;
    const layout = layoutOf(plan);
    this.#leastSizes = new LeastSizes(plan, layout, leastInput);
    this.#shares.set(INPUT, bounds.share);
    this.#bounds = bounds;
    for (const id of plan.steps.keys()) this.#shares.set(id, bounds.share);
    const limits = [outputLimit(plan, outputBytes), ...crossScopeLimits(plan, layout)];
    for (const planned of plan.steps.values()) {
      limits.push(variableLimit(planned, layout));
      if (!builtinAsStates(planned)) limits.push(functionPayloadLimit(planned, layout));
    }
    const broken = limits.flatMap((limit) => this.#divide(limit));
    const inside: BrokenLimit[] = [];
    // The share of a result that the state machine computes depends on all its readers, so the last step comes first.
    for (const planned of [...plan.steps.values()].reverse()) {
      const computed = this.#limitsOfComputed(planned);
      limits.push(...computed);
      broken.push(...computed.flatMap((limit) => this.#divide(limit)));
      inside.push(...(this.inner(planned.step.id)?.broken ?? []));
    }
    this.payloadLimits = limits;
    this.ownBroken = broken;
    this.broken = [...broken, ...inside];
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
   * The most iterations of an inline Map: as many as have results that fit together and events that fit into the history.
   * A list that has more items, or was spilled, goes through a distributed Map.
   */
  inlineMost({ step }: PlannedStep): number {
    return this.#fittingIterations.get(step.id) ?? 1;
  }

  /** Gives each value of a payload its part; returns what is wrong where not even the least sizes fit. */
  #divide(limit: PayloadLimit): readonly BrokenLimit[] {
    const { what, step, availableBytes, values, place } = limit;
    const { least, count } = this.#mostAtOnce(limit);
    const more = Math.max(0, availableBytes - least) / Math.max(1, count);
    for (const source of values) {
      const share = this.#leastSizes.of(source) + more;
      if (share < (this.#shares.get(source) ?? 0)) this.#shares.set(source, share);
    }
    const over = Math.ceil(least - availableBytes);
    if (over <= 0) return [];
    return [{ what, values: values.length, over, ...(step !== undefined && { step }), ...(place && { place }) }];
  }

  /** The least bytes of the values of a payload, and how many they are: all of them, or where these do not fit, the most at once. */
  #mostAtOnce({ availableBytes, values, of }: PayloadLimit): Meeting {
    const least = values.reduce((sum, source) => sum + this.#leastSizes.of(source), 0);
    if (least <= availableBytes || !of) return { least, count: values.length };
    const sources = new Set(values);
    return meetingIn(of, (source) => (sources.has(source) ? this.#leastSizes.of(source) : undefined));
  }

  /** The limits of what a result is made of that the state machine itself computes. */
  #limitsOfComputed(planned: PlannedStep): readonly PayloadLimit[] {
    const { step, inner } = planned;
    const limits: PayloadLimit[] = [];
    const share = this.share(step.id);
    if (step.onError.action === 'useDefault') {
      limits.push(limitOf(planned, `the default of step "${step.id}"`, contentOf(step.onError.value), share));
    }
    const input = innerInputOf(planned);
    if (!inner || !input) return limits;
    const leastInput = this.#leastSizes.sum(input);
    const fitting = fittingRuns(inner, share, leastInput);
    const runs = Math.min(iterationsOf(planned), fitting);
    if (builtinOf(step) === 'map') this.#fittingIterations.set(step.id, Math.min(inlineIterations(planned), fitting));
    const budget = innerBudget(planned, inner, { share, runs }, this.#bounds, leastInput);
    this.#inner.set(step.id, budget);
    limits.push(
      limitOf(planned, `the input of step "${step.id}"`, input, Math.min(PAYLOAD_BYTES, budget.share(INPUT))),
    );
    return limits;
  }
}

/** The budget of a whole state machine. `largest`: bytes that no value may exceed, where that is less than what fits. */
export const budgetOf = (plan: Plan, largest: number = PAYLOAD_BYTES): Budget =>
  new Budget(plan, PAYLOAD_BYTES, { share: evenShareOf(plan), largest }, MIN_SHARE);

/** Bounds that hold for all values, wherever they are. */
interface ValueBounds {
  /** Bytes that a value may have, so that all variables of an execution fit together. */
  readonly share: number;
  /** Bytes above which functions spill, where that is less than what fits. */
  readonly largest: number;
}

/** What an inner flow gives must fit into the step's result; that of an `iterate` is also its next input. */
function innerBudget(
  planned: PlannedStep,
  inner: Plan,
  { share, runs }: { readonly share: number; readonly runs: number },
  bounds: ValueBounds,
  leastInput: number,
): Budget {
  const own: ValueBounds = { ...bounds, share: bounds.share / concurrencyOf(planned) };
  const budgetFor = (outputBytes: number): Budget => new Budget(inner, outputBytes, own, leastInput);
  const outputBytes = (share - RESULT_OVERHEAD) / runs;
  const budget = budgetFor(outputBytes);
  const input = budget.share(INPUT);
  return builtinOf(planned.step) === 'iterate' && input < outputBytes ? budgetFor(input) : budget;
}

const limitOf = ({ step }: PlannedStep, what: string, { fixed, values }: Content, bytes: number): PayloadLimit => ({
  what,
  step: step.id,
  availableBytes: bytes - fixed,
  values,
});

/** The bytes of each value where all that variables can hold is spread evenly. */
const evenShareOf = (plan: Plan): number => VARIABLE_BYTES / Math.max(1, allVariables(plan));

function allVariables(plan: Plan): number {
  let count = variablesIn(plan, layoutOf(plan));
  for (const planned of plan.steps.values()) {
    // The inner flow's input is a variable too.
    if (planned.inner) count += concurrencyOf(planned) * (1 + allVariables(planned.inner));
  }
  return count;
}

/** Iterations that run at once, each with variables of its own. */
const concurrencyOf = ({ step }: PlannedStep): number => (builtinOf(step) === 'map' ? QUOTAS.inlineConcurrency : 1);
