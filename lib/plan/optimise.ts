import type { Step } from '../flow/flow.ts';
import { type Analysis, analyse } from './analysis.ts';
import { builtinOf } from './builtins.ts';
import { checkOutput } from './passes/check-output.ts';
import { foldConstants } from './passes/fold-constants.ts';
import { fuseChains } from './passes/fuse-chains.ts';
import { fusePutBlob } from './passes/fuse-put-blob.ts';
import { inlinePure } from './passes/inline-pure.ts';
import { mapFanOuts } from './passes/map-fan-outs.ts';
import { mergeIdentical } from './passes/merge-identical.ts';
import {
  type AbsorbedStep,
  absorb,
  type Change,
  type Pass,
  type PassContext,
  type PassReport,
  type PlanContext,
  type PlanPass,
  type Rewritten,
} from './passes/pass.ts';
import { reportProjection, withWholeResults } from './passes/project-reads.ts';
import { shareGuards } from './passes/share-guards.ts';
import type { Plan } from './plan.ts';

/** The passes that rewrite flows, in the order in which they run. */
const PASSES: readonly Pass[] = [foldConstants, mergeIdentical, inlinePure, fusePutBlob];

/** Those that rewrite plans, in the order in which they run. */
const PLAN_PASSES: readonly PlanPass[] = [shareGuards, fuseChains, mapFanOuts, checkOutput];

/** How a flow is optimised. */
export interface OptimiseOptions {
  /** The names of passes that are left out. @default none */
  readonly without?: ReadonlySet<string>;
  /** Whether a step's component must be asked, because something stands in for it. @default none must */
  readonly isOpaque?: PassContext['isOpaque'];
}

/** A flow that does the same with fewer functions, and what was done to it. */
export interface Optimised {
  readonly analysis: Analysis;
  readonly passes: readonly PassReport[];
  /** The steps that have no state of their own any more, each after those it was made of. */
  readonly absorbed: readonly AbsorbedStep[];
}

/**
 * Runs the passes over a flow and over the flows that its steps run. What the flow does stays the same: its result, its
 * outcome, the code that it fails with. A pass after which the flow could not be arranged is left out.
 */
export function optimise(analysis: Analysis, options: OptimiseOptions = {}): Optimised {
  const { without = new Set(), isOpaque = () => false } = options;
  const tallies = PASSES.filter(({ name }) => !without.has(name)).map((pass) => new Tally(pass));
  const run = new Run(tallies, isOpaque, functionsIn(analysis));
  const optimised = run.flow(analysis, '');
  return { analysis: optimised, passes: tallies.map((tally) => tally.report()), absorbed: run.absorbed };
}

/** How a plan is settled. */
export interface SettleOptions extends PlanContext {
  /** The names of passes that are left out. @default none */
  readonly without?: ReadonlySet<string>;
  /** Those that are left out because what they make did not fit. @default none */
  readonly tooLarge?: ReadonlySet<string>;
}

const TOO_LARGE = 'left out: what it would bring together does not fit into one payload';

/** A plan as it is emitted. */
export interface Settled extends Pick<Optimised, 'absorbed'> {
  readonly plan: Plan;
  readonly reports: readonly PassReport[];
}

/** The passes over a plan: what its functions answer and look for, which of its steps share a guard, a function, a state. */
export function settlePlan(planned: Plan, options: SettleOptions): Settled {
  const { without = new Set(), tooLarge = new Set(), ...context } = options;
  const projects = !without.has('project-reads');
  const read = projects ? planned : withWholeResults(planned);
  const start: Settled = { plan: read, reports: projects ? [reportProjection(read)] : [], absorbed: [] };
  return PLAN_PASSES.filter(({ name }) => !without.has(name)).reduce((before, { name, title, rewrite }) => {
    const rewritten = tooLarge.has(name) ? { plan: before.plan, off: TOO_LARGE } : rewrite(before.plan, context);
    const { plan, absorbed = [], changes = [], saved = {}, off } = rewritten;
    const report: PassReport = { name, title, changes, saved, ...(off !== undefined && { off }) };
    return { plan, reports: [...before.reports, report], absorbed: [...before.absorbed, ...absorbed] };
  }, start);
}

/** What one pass has done so far. */
class Tally {
  readonly pass: Pass;
  readonly #changes: Change[] = [];
  #states = 0;
  #functions = 0;

  constructor(pass: Pass) {
    this.pass = pass;
  }

  add(changes: readonly Change[], states: number, functions: number): void {
    this.#changes.push(...changes);
    this.#states += states;
    this.#functions += functions;
  }

  report(): PassReport {
    const { name, title } = this.pass;
    return { name, title, changes: this.#changes, saved: { states: this.#states, functions: this.#functions } };
  }
}

class Run {
  readonly absorbed: AbsorbedStep[] = [];
  readonly #tallies: readonly Tally[];
  readonly #isOpaque: PassContext['isOpaque'];
  /** How many steps call each component. */
  readonly #functions: Map<string, number>;

  constructor(tallies: readonly Tally[], isOpaque: PassContext['isOpaque'], functions: Map<string, number>) {
    this.#tallies = tallies;
    this.#isOpaque = isOpaque;
    this.#functions = functions;
  }

  /** `prefix`: what stands before the ids of the flow's steps. */
  flow(analysis: Analysis, prefix: string): Analysis {
    const inner = new Map([...analysis.inner].map(([id, own]) => [id, this.flow(own, `${prefix}${id}.`)]));
    const start: Analysis = { ...analysis, inner };
    return this.#tallies.reduce((before, tally) => this.#rewrite(tally, before, prefix), start);
  }

  #rewrite(tally: Tally, before: Analysis, prefix: string): Analysis {
    const isOpaque = (step: Step): boolean => this.#isOpaque({ ...step, id: `${prefix}${step.id}` });
    const rewritten = tally.pass.rewrite({ analysis: before, isOpaque });
    const after = rewritten && analyse(rewritten.flow, [], { given: before.given, inner: before.inner });
    if (!rewritten || !after) return before;
    const gone = [...rewritten.absorbed, ...unwanted(tally.pass, before, after, rewritten)];
    const functions = gone.filter((one) => this.#drop(one)).length;
    tally.add(
      rewritten.changes.map((change) => prefixed(change, prefix)),
      gone.length,
      functions,
    );
    this.absorbed.push(...gone.map((one) => withPrefix(one, prefix)));
    return after;
  }

  /** Whether that was the last step to call its component. */
  #drop({ component }: AbsorbedStep): boolean {
    const left = (this.#functions.get(component) ?? 0) - 1;
    this.#functions.set(component, left);
    return left === 0;
  }
}

/** The steps that ran before the pass, and that nothing wants after it. */
function unwanted({ name }: Pass, before: Analysis, after: Analysis, { absorbed }: Rewritten): readonly AbsorbedStep[] {
  const kept = new Set([...after.running, ...absorbed.map(({ id }) => id)]);
  const steps = new Map(before.flow.steps.map((step) => [step.id, step]));
  return before.running.flatMap((id): AbsorbedStep[] => {
    const step = steps.get(id);
    return step && !step.added && !kept.has(id) ? [{ ...absorb(step, name), never: true }] : [];
  });
}

const prefixed = ({ steps, what }: Change, prefix: string): Change => ({
  steps: steps.map((id) => `${prefix}${id}`),
  what,
});

const withPrefix = (one: AbsorbedStep, prefix: string): AbsorbedStep => ({
  ...one,
  id: `${prefix}${one.id}`,
  sources: one.sources.map((id) => `${prefix}${id}`),
});

/** How many steps of a flow, and of the flows that its steps run, call each component. */
function functionsIn({ flow, running, inner }: Analysis): Map<string, number> {
  const found = new Map<string, number>();
  const runs = new Set(running);
  for (const step of flow.steps) {
    if (runs.has(step.id) && !builtinOf(step)) found.set(step.component, (found.get(step.component) ?? 0) + 1);
  }
  for (const own of inner.values()) {
    for (const [component, count] of functionsIn(own)) found.set(component, (found.get(component) ?? 0) + count);
  }
  return found;
}
