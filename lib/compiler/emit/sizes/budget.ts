import type { Span } from '../../../diagnostics/diagnostics.ts';
import { QUOTAS } from '../../../protocol/quotas.ts';
import { bytesOf, MIN_SHARE } from '../../../runtime/spill/spill.ts';
import { builtinOf } from '../../analyse/builtins.ts';
import type { Plan, PlannedStep } from '../../plan/plan.ts';
import { builtinAsStates } from '../builtin-states.ts';
import { layoutOf } from '../layout.ts';
import { type Carriable, Carried } from './carried.ts';
import {
  copiesOfRun,
  fittingRuns,
  type InnerInput,
  innerInputOf,
  innerOf,
  LeastSizes,
  RESULT_OVERHEAD,
  type SizedPlan,
} from './least-sizes.ts';
import { inlineIterations } from './map-iterations.ts';
import {
  type Content,
  contentOf,
  crossScopeLimits,
  ENVELOPE,
  functionPayloadLimit,
  INPUT,
  type Meeting,
  meetingIn,
  outputLimit,
  PAYLOAD_BYTES,
  type PayloadLimit,
  type Source,
  VARIABLES_BYTES,
  variableLimit,
  variablesIn,
} from './payload-limits.ts';

/** Bytes of all variables of an execution, less a reserve. */
const VARIABLE_BYTES = QUOTAS.variables - 985_760;

/** A payload limit that its values exceed even when all of them are spilled. */
export interface BrokenLimit extends Pick<PayloadLimit, 'what' | 'place'> {
  /** The step or the output that the payload belongs to; absent where that is a whole flow. */
  readonly span?: Span;
  /** How many values meet there; 0 where what is written in the flow is too large by itself. */
  readonly values: number;
  /** Bytes by which the least sizes of the values exceed what is available. */
  readonly over: number;
  /** What may be carried so that they take less, the cheapest first. */
  readonly remedies: readonly (readonly Carriable[])[];
}

/** What a flow inside a step has to do with its values. */
interface InnerBudget {
  readonly budget: Budget;
  /** The most iterations of an inline Map. */
  readonly runs: number;
  /** Bytes that the outcome of a run may have. */
  readonly runBytes: number;
}

/** What the budget of an inner flow depends on, beside its plan. */
interface Inside {
  readonly sized: SizedPlan;
  /** Bytes that the output of the flow may have. */
  readonly outputBytes: number;
  readonly bounds: ValueBounds;
  /** The least bytes of the flow's input. */
  readonly leastInput: number;
  /** The id of the step that runs the flow; absent for the outermost flow. */
  readonly runner?: string;
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
  readonly #inside: Inside;
  readonly #leastSizes: LeastSizes;
  readonly #shares = new Map<Source, number>();
  readonly #inner = new Map<string, InnerBudget>();

  constructor(inside: Inside) {
    this.#inside = inside;
    const { sized, outputBytes, bounds, leastInput } = inside;
    const { plan } = sized;
    const layout = layoutOf(plan);
    this.#leastSizes = new LeastSizes(sized, layout, leastInput);
    this.#shares.set(INPUT, bounds.share);
    for (const id of plan.steps.keys()) this.#shares.set(id, bounds.share);
    const limits = crossScopeLimits(plan, layout);
    const output = outputLimit(plan, outputBytes);
    const broken = [
      ...this.#divide(output, this.#remediesOfOutput()),
      ...limits.flatMap((limit) => this.#divide(limit)),
    ];
    const all = [output, ...limits];
    for (const planned of plan.steps.values()) {
      const own = [variableLimit(planned, layout)];
      if (!builtinAsStates(planned)) own.push(functionPayloadLimit(planned, layout));
      broken.push(...own.flatMap((limit) => this.#divide(limit)));
      all.push(...own);
    }
    const insideBroken: BrokenLimit[] = [];
    // The share of a result that the state machine computes depends on all its readers, so the last step comes first.
    for (const planned of [...plan.steps.values()].reverse()) {
      const { limits: computed, broken: own } = this.#limitsOfComputed(planned);
      all.push(...computed);
      broken.push(...own);
      insideBroken.push(...(this.inner(planned.step.id)?.broken ?? []));
    }
    this.payloadLimits = all;
    this.ownBroken = broken;
    this.broken = [...broken, ...insideBroken];
  }

  /** Bytes that a value of the source may have. */
  share(source: Source): number {
    return Math.floor(this.#shares.get(source) ?? PAYLOAD_BYTES);
  }

  /** Bytes above which the function of a step spills a value. */
  spillAbove(id: string): number {
    return Math.min(this.share(id), this.#inside.bounds.largest);
  }

  /** The budget of the flow that a step runs. */
  inner(id: string): Budget | undefined {
    return this.#inner.get(id)?.budget;
  }

  /** Bytes that the outcome of a run of a step's flow may have. */
  runBytes(id: string): number {
    return this.#inner.get(id)?.runBytes ?? 0;
  }

  /** Whether a function carries a part of what a step with a flow handles. */
  carries(id: string, part: Carriable['part']): boolean {
    const { carried, prefix } = this.#inside.sized;
    return carried.has(prefix + id, part);
  }

  /**
   * The most iterations of an inline Map: as many as have results that fit together and events that fit into the history;
   * 0 where not even one does. A list that has more items, or was spilled, goes through a distributed Map.
   */
  inlineMost({ step }: PlannedStep): number {
    return this.#inner.get(step.id)?.runs ?? 1;
  }

  /** Gives each value of a payload its part; returns what is wrong where not even the least sizes fit. */
  #divide(limit: PayloadLimit, more: BrokenLimit['remedies'] = []): readonly BrokenLimit[] {
    const { what, step, availableBytes, values, place } = limit;
    const { least, count } = this.#mostAtOnce(limit);
    const each = Math.max(0, availableBytes - least) / Math.max(1, count);
    for (const source of values) {
      const share = this.#leastSizes.of(source) + each;
      if (share < (this.#shares.get(source) ?? 0)) this.#shares.set(source, share);
    }
    const over = Math.ceil(least - availableBytes);
    if (over <= 0) return [];
    const remedies = [this.#remediesOfValues(values), ...more];
    const { flow } = this.#inside.sized.plan;
    const span = flow.steps.find(({ id }) => id === step)?.idSpan ?? flow.output?.span;
    return [
      {
        what,
        values: availableBytes < 0 ? 0 : values.length,
        over,
        remedies,
        ...(place && { place }),
        ...(span && { span }),
      },
    ];
  }

  /** What makes the values smaller that are not only markers. */
  #remediesOfValues(values: readonly Source[]): readonly Carriable[] {
    const { runner } = this.#inside;
    const { plan, prefix } = this.#inside.sized;
    const large = [...new Set(values)].filter((source) => this.#leastSizes.of(source) > MIN_SHARE);
    return large.flatMap((source): readonly Carriable[] => {
      if (typeof source === 'string') {
        const { inner, step } = plan.steps.get(source) ?? {};
        const parts: Carriable['part'][] = inner ? ['result'] : [];
        if (step?.onError.action === 'useDefault') parts.push('default');
        return parts.map((part) => ({ step: prefix + source, part }));
      }
      return runner === undefined ? [] : [{ step: runner, part: 'input' }];
    });
  }

  #remediesOfOutput(): BrokenLimit['remedies'] {
    const { runner: step } = this.#inside;
    // The result of an iterate is also its next input.
    return step === undefined ? [] : [[{ step, part: 'result' }], [{ step, part: 'runs' }], [{ step, part: 'input' }]];
  }

  /** The least bytes of the values of a payload, and how many they are: all of them, or where these do not fit, the most at once. */
  #mostAtOnce({ availableBytes, values, of }: PayloadLimit): Meeting {
    const least = values.reduce((sum, source) => sum + this.#leastSizes.of(source), 0);
    if (least <= availableBytes || !of) return { least, count: values.length };
    const sources = new Set(values);
    return meetingIn(of, (source) => (sources.has(source) ? this.#leastSizes.of(source) : undefined));
  }

  /** The limits of what a result is made of that the state machine itself computes. */
  #limitsOfComputed(planned: PlannedStep): { limits: readonly PayloadLimit[]; broken: readonly BrokenLimit[] } {
    const { step, inner } = planned;
    const limits: PayloadLimit[] = [];
    const broken: BrokenLimit[] = [];
    const add = (limit: PayloadLimit, remedies?: BrokenLimit['remedies']): void => {
      limits.push(limit);
      broken.push(...this.#divide(limit, remedies));
    };
    if (step.onError.action === 'useDefault') {
      const content = contentOf(step.onError.value);
      const isCarried = this.carries(step.id, 'default');
      const bytes = isCarried ? functionRoom(planned) : this.share(step.id);
      const remedy: BrokenLimit['remedies'] = [[{ step: this.#inside.sized.prefix + step.id, part: 'default' }]];
      add(limitOf(planned, `the default of step "${step.id}"`, content, bytes), remedy);
    }
    const input = innerInputOf(planned);
    if (!inner || !input) return { limits, broken };
    const own = this.#innerBudget(planned, inner, input);
    this.#inner.set(step.id, own);
    const { whole, each, variables } = input;
    const isCarried = this.carries(step.id, 'input');
    const room = planned.ownExecutions ? ownExecutionBytes(input) : functionRoom(planned);
    const most = Math.min(room, isCarried ? room : own.budget.share(INPUT));
    const remedy = [[{ step: this.#inside.sized.prefix + step.id, part: 'input' as const }]];
    if (each.length > 1) add(limitOf(planned, `the items of step "${step.id}"`, whole, PAYLOAD_BYTES));
    for (const content of each) add(limitOf(planned, `the input of step "${step.id}"`, content, most), remedy);
    const given = Math.min(most, VARIABLES_BYTES);
    if (variables) add(limitOf(planned, `the variables of step "${step.id}"`, variables, given), remedy);
    return { limits, broken };
  }

  /** What an inner flow gives must fit into the step's result; that of an `iterate` is also its next input. */
  #innerBudget(planned: PlannedStep, inner: Plan, input: InnerInput): InnerBudget {
    const { sized, bounds } = this.#inside;
    const { id } = planned.step;
    const own = innerOf(sized, planned, inner);
    const leastInput = this.#leastSizes.ofInnerInput(planned, input, sized);
    const share = this.carries(id, 'result') ? functionRoom(planned) : this.share(id);
    const runs = fittingRuns(planned, inner, sized, { share, input: leastInput });
    const copies = copiesOfRun(planned, layoutOf(sized.plan));
    const given = (share - RESULT_OVERHEAD) / Math.max(1, runs * copies);
    const runBytes = planned.ownExecutions ? Math.min(given, ownExecutionBytes(input)) : given;
    const budgetFor = (outputBytes: number): Budget =>
      new Budget({ sized: own, outputBytes, bounds, leastInput, runner: sized.prefix + id });
    const budget = budgetFor(this.carries(id, 'runs') ? functionRoom(planned) : runBytes);
    if (builtinOf(planned.step) !== 'iterate' || this.carries(id, 'input')) return { budget, runs, runBytes };
    const next = Math.min(runBytes, budget.share(INPUT));
    if (next === runBytes) return { budget, runs, runBytes };
    return { budget: this.carries(id, 'runs') ? budget : budgetFor(next), runs, runBytes: next };
  }
}

/** Bytes that a function which carries a part of a step's values may get. */
const functionRoom = ({ step, readings }: PlannedStep): number =>
  PAYLOAD_BYTES - ENVELOPE - bytesOf(step.id) - bytesOf(readings.map(({ key }) => key));

/** The budget of a whole state machine. `largest`: bytes that no value may exceed, where that is less than what fits. */
export function budgetOf(plan: Plan, largest: number = PAYLOAD_BYTES): Budget {
  const iterations = inlineIterations(plan);
  const bounds = { share: evenShareOf(plan, iterations), largest };
  const budgetWith = (carried: Carried): Budget =>
    new Budget({
      sized: { plan, prefix: '', inlineIterations: iterations, carried },
      outputBytes: PAYLOAD_BYTES,
      bounds,
      leastInput: MIN_SHARE,
    });
  let carried = new Carried();
  let budget = budgetWith(carried);
  for (;;) {
    const more = carried.and(budget.broken.flatMap((limit) => cheapestRemedy(limit, carried)));
    if (more.size === carried.size) return budget;
    carried = more;
    budget = budgetWith(carried);
  }
}

/** The first remedy of a broken limit with anything that is not carried yet. */
const cheapestRemedy = ({ remedies }: BrokenLimit, carried: Carried): readonly Carriable[] =>
  remedies.find((remedy) => remedy.some(({ step, part }) => !carried.has(step, part))) ?? [];

/** Bounds that hold for all values, wherever they are. */
interface ValueBounds {
  /** Bytes that a value may have, so that all variables of an execution fit together. */
  readonly share: number;
  /** Bytes above which functions spill, where that is less than what fits. */
  readonly largest: number;
}

/**
 * Bytes of what a loop in executions of its own is given, and of what it gives: one payload describes the end of an execution
 * with both, and with what is given to the variables of its flow.
 */
const ownExecutionBytes = ({ variables }: InnerInput): number =>
  (PAYLOAD_BYTES - (variables ? VARIABLES_BYTES : 0) - 2 * RESULT_OVERHEAD) / 2;

const limitOf = ({ step }: PlannedStep, what: string, { fixed, values }: Content, bytes: number): PayloadLimit => ({
  what,
  step: step.id,
  availableBytes: bytes - fixed,
  values,
});

/** The bytes of each value where all that variables can hold is spread evenly. */
const evenShareOf = (plan: Plan, iterations: SizedPlan['inlineIterations']): number =>
  VARIABLE_BYTES / Math.max(1, allVariables(plan, iterations));

function allVariables(plan: Plan, iterations: SizedPlan['inlineIterations']): number {
  let count = variablesIn(plan, layoutOf(plan));
  for (const planned of plan.steps.values()) {
    const { inner } = planned;
    if (!inner) continue;
    // Iterations that run at once have variables of their own; those of an execution of their own have no others beside them.
    const atOnce = Math.min(QUOTAS.inlineConcurrency, Math.max(1, iterations.get(planned) ?? 1));
    // The inner flow's input is a variable too, and so is what is given to its variables.
    count += atOnce * (1 + allVariables(inner, iterations)) + (innerInputOf(planned)?.variables?.values.length ?? 0);
  }
  return count;
}
