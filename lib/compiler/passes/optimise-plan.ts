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
  /** The names of passes that run though the flow does not ask for them. @default none */
  readonly requested?: ReadonlySet<string>;
  /** Those that are left out because what they make did not fit. @default none */
  readonly tooLarge?: ReadonlySet<string>;
  /** Whether something stands in for a step's component. @default for none */
  readonly isMocked?: PlanContext['isMocked'] | undefined;
}

/** A plan as it is emitted, and what was done to it. */
export interface OptimisedPlan extends Pick<OptimisedFlow, 'passes' | 'absorbed'> {
  readonly plan: Plan;
}

const TOO_LARGE = 'left out: what it would bring together does not fit into one payload';

/**
 * Runs the passes that rewrite plans over a plan and over those of the flows that its steps run: what its functions answer
 * and look for, which of its steps share a guard, a function, a state.
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

/** One pass on its way through a plan and the plans inside it. */
class PlanPassRunner {
  readonly changes: Change[] = [];
  /** Absent for a pass that takes no step away. */
  absorbed?: readonly AbsorbedStep[];
  saved: Saved = {};
  readonly #pass: PlanPass;
  readonly #options: PlanPassOptions;

  constructor(pass: PlanPass, options: PlanPassOptions) {
    this.#pass = pass;
    this.#options = options;
  }

  /** `prefix`: what stands before the ids of the plan's steps. `within`: the step that runs their flow. */
  plan(before: Plan, prefix: string, within?: Step): Plan {
    const { leastFanOut, isMocked = () => false } = this.#options;
    const rewritten = this.#pass.rewrite(before, {
      leastFanOut,
      isMocked: (step) => isMocked({ ...step, id: `${prefix}${step.id}` }),
      prefix,
      ...(within && { within }),
    });
    this.#note(rewritten, prefix);
    const { plan } = rewritten;
    if (![...plan.steps.values()].some(({ inner }) => inner)) return plan;
    const steps = mapSteps(plan.steps, (planned, id) => {
      const { inner, step } = planned;
      return inner ? { ...planned, inner: this.plan(inner, `${prefix}${id}.`, step) } : planned;
    });
    return { ...plan, steps };
  }

  #note({ changes, absorbed, saved = {} }: RewrittenPlan, prefix: string): void {
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

/** The functions that a plan's steps call, those of flows inside steps too. */
function functionsOf({ steps }: Plan): ReadonlySet<string> {
  const names = [...steps.values()].flatMap((planned) => [
    ...(builtinOf(planned.step) ? [] : [functionOf(planned)]),
    ...(planned.inner ? functionsOf(planned.inner) : []),
  ]);
  return new Set(names);
}
