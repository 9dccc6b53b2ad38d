import type { Step } from '../../flow/flow.ts';
import { builtinOf } from '../analyse/builtins.ts';
import { functionOf, mapSteps, type Plan } from '../plan/plan.ts';
import type { OptimisedFlow } from './optimise-flow.ts';
import {
  type AbsorbedStep,
  type Change,
  type PassOptions,
  type PassReport,
  type PlanContext,
  type PlanPass,
  prefixAbsorbed,
  prefixChange,
  type RewrittenPlan,
  type Saved,
} from './pass.ts';
import { PLAN_PASSES } from './passes.ts';

/** How a plan is optimised. */
export interface PlanPassOptions extends PassOptions, Pick<PlanContext, 'leastFanOut'> {
  /** The names of passes to run even if the flow does not request them. @default none */
  readonly requested?: ReadonlySet<string>;
  /** The names of passes to leave out because their result did not fit into a payload. @default none */
  readonly tooLarge?: ReadonlySet<string>;
  /** Whether a step's component is mocked. @default none is */
  readonly isMocked?: PlanContext['isMocked'] | undefined;
}

/** A plan to emit, and what the passes did to it. */
export interface OptimisedPlan extends Pick<OptimisedFlow, 'passes' | 'absorbed'> {
  readonly plan: Plan;
}

const TOO_LARGE = 'left out: the combined values would not fit into one payload';

/**
 * Runs the passes that rewrite plans, on a plan and on those of its inner flows: what the functions return and check, and
 * which steps share a guard, a function or a state.
 */
export function optimisePlan(planned: Plan, options: PlanPassOptions = {}): OptimisedPlan {
  const { without = new Set(), onPass } = options;
  return PLAN_PASSES.filter(({ name }) => !without.has(name)).reduce<OptimisedPlan>(
    (before, pass) => {
      const { plan, report, absorbed } = runPass(pass, before.plan, options);
      onPass?.({ name: pass.name, plan });
      return { plan, passes: [...before.passes, report], absorbed: [...before.absorbed, ...absorbed] };
    },
    { plan: planned, passes: [], absorbed: [] },
  );
}

interface PassResult {
  readonly plan: Plan;
  readonly report: PassReport;
  readonly absorbed: readonly AbsorbedStep[];
}

function runPass(pass: PlanPass, plan: Plan, options: PlanPassOptions): PassResult {
  const { name, title } = pass;
  const off = reasonOff(pass, plan, options);
  if (off !== undefined) return { plan, report: { name, title, changes: [], saved: {}, off }, absorbed: [] };
  const run = new PlanPassRunner(pass, options);
  const made = run.plan(plan, '');
  const { changes, absorbed, saved } = run;
  if (!absorbed) return { plan: made, report: { name, title, changes, saved }, absorbed: [] };
  const functions = Math.max(0, functionsOf(plan).size - functionsOf(made).size);
  const report = { name, title, changes, saved: { ...saved, functions } };
  return { plan: absorbed.length > 0 ? { ...made, unfused: plan } : plan, report, absorbed };
}

function reasonOff({ name, onRequest, unless }: PlanPass, plan: Plan, options: PlanPassOptions): string | undefined {
  if (onRequest && !options.requested?.has(name) && !onRequest.isAsked(plan.flow)) return onRequest.how;
  return options.tooLarge?.has(name) ? TOO_LARGE : unless?.(plan);
}

/** Runs one pass on a plan and on the plans of its inner flows. */
class PlanPassRunner {
  readonly changes: Change[] = [];
  /** Absent for a pass that removes no steps. */
  absorbed?: readonly AbsorbedStep[];
  saved: Saved = {};
  readonly #pass: PlanPass;
  readonly #options: PlanPassOptions;

  constructor(pass: PlanPass, options: PlanPassOptions) {
    this.#pass = pass;
    this.#options = options;
  }

  /** `prefix`: the path of an inner flow, such as `each.`. `within`: the step that runs it. */
  plan(before: Plan, prefix: string, within?: Step): Plan {
    const { leastFanOut, isMocked = () => false } = this.#options;
    const rewritten = this.#pass.rewrite(before, {
      leastFanOut,
      isMocked: (step) => isMocked({ ...step, id: `${prefix}${step.id}` }),
      prefix,
      ...(within && { within }),
    });
    this.#record(rewritten, prefix);
    const { plan } = rewritten;
    if (![...plan.steps.values()].some(({ inner }) => inner)) return plan;
    const steps = mapSteps(plan.steps, (planned, id) => {
      const { inner, step } = planned;
      return inner ? { ...planned, inner: this.plan(inner, `${prefix}${id}.`, step) } : planned;
    });
    return { ...plan, steps };
  }

  #record({ changes, absorbed, saved = {} }: RewrittenPlan, prefix: string): void {
    this.changes.push(...changes.map((change) => prefixChange(change, prefix)));
    if (absorbed) {
      this.absorbed = [...(this.absorbed ?? []), ...absorbed.map((one) => prefixAbsorbed(one, prefix))];
    }
    this.saved = sum(this.saved, saved);
  }
}

function sum(one: Saved, other: Saved): Saved {
  const add = (key: keyof Saved) =>
    one[key] === undefined && other[key] === undefined ? {} : { [key]: (one[key] ?? 0) + (other[key] ?? 0) };
  return { ...add('states'), ...add('transitions'), ...add('functions') };
}

/** The functions that the steps of a plan and its inner flows call. */
function functionsOf({ steps }: Plan): ReadonlySet<string> {
  const names = [...steps.values()].flatMap((planned) => [
    ...(builtinOf(planned.step) ? [] : [functionOf(planned)]),
    ...(planned.inner ? functionsOf(planned.inner) : []),
  ]);
  return new Set(names);
}
