import type { Step } from '../../flow/flow.ts';
import { type Analysis, analyse } from '../analyse/analysis.ts';
import { builtinOf } from '../analyse/builtins.ts';
import {
  type AbsorbedStep,
  asAbsorbed,
  type Change,
  type FlowPass,
  type PassContext,
  type PassOptions,
  type PassReport,
  prefixAbsorbed,
  prefixChange,
  type Rewritten,
} from './pass.ts';
import { FLOW_PASSES } from './passes.ts';

/** How a flow is optimised. */
export interface FlowPassOptions extends PassOptions {
  /** Whether a step's component must be asked, because something stands in for it. @default none must */
  readonly isOpaque?: PassContext['isOpaque'] | undefined;
}

/** A flow that does the same with fewer functions, and what was done to it. */
export interface OptimisedFlow {
  readonly analysis: Analysis;
  readonly passes: readonly PassReport[];
  /** The steps that have no state of their own any more, each after those it was made of. */
  readonly absorbed: readonly AbsorbedStep[];
}

/**
 * Runs the passes that rewrite flows over a flow and over the flows that its steps run. What the flow does stays the same:
 * its result, its outcome, the code that it fails with. A pass after which the flow could not be arranged is left out.
 */
export function optimiseFlow(analysis: Analysis, options: FlowPassOptions = {}): OptimisedFlow {
  const { without = new Set() } = options;
  const tallies = FLOW_PASSES.filter(({ name }) => !without.has(name)).map((pass) => new Tally(pass));
  const run = new FlowPassRunner(tallies, options, functionsIn(analysis));
  const optimised = run.flow(analysis, '');
  return { analysis: optimised, passes: tallies.map((tally) => tally.report()), absorbed: run.absorbed };
}

/** What one pass has done so far. */
class Tally {
  readonly pass: FlowPass;
  readonly #changes: Change[] = [];
  #states = 0;
  #functions = 0;

  constructor(pass: FlowPass) {
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

class FlowPassRunner {
  readonly absorbed: AbsorbedStep[] = [];
  readonly #tallies: readonly Tally[];
  readonly #options: FlowPassOptions;
  /** How many steps call each component. */
  readonly #functions: Map<string, number>;

  constructor(tallies: readonly Tally[], options: FlowPassOptions, functions: Map<string, number>) {
    this.#tallies = tallies;
    this.#options = options;
    this.#functions = functions;
  }

  /** `prefix`: what stands before the ids of the flow's steps. */
  flow(analysis: Analysis, prefix: string): Analysis {
    const inner = new Map([...analysis.inner].map(([id, own]) => [id, this.flow(own, `${prefix}${id}.`)]));
    const start: Analysis = { ...analysis, inner };
    return this.#tallies.reduce((before, tally) => this.#rewrite(tally, before, prefix), start);
  }

  #rewrite(tally: Tally, before: Analysis, prefix: string): Analysis {
    const { isOpaque: isOpaqueThere = () => false, onPass } = this.#options;
    const isOpaque = (step: Step): boolean => isOpaqueThere({ ...step, id: `${prefix}${step.id}` });
    const rewritten = tally.pass.rewrite({ analysis: before, isOpaque });
    const after = rewritten && analyse(rewritten.flow, [], { inputSecrets: before.inputSecrets, inner: before.inner });
    if (!rewritten || !after) return before;
    const gone = [...rewritten.absorbed, ...unwanted(tally.pass, before, after, rewritten)];
    const functions = gone.filter((one) => this.#drop(one)).length;
    tally.add(
      rewritten.changes.map((change) => prefixChange(change, prefix)),
      gone.length,
      functions,
    );
    this.absorbed.push(...gone.map((one) => prefixAbsorbed(one, prefix)));
    onPass?.({ name: tally.pass.name, analysis: after });
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
function unwanted(
  { name }: FlowPass,
  before: Analysis,
  after: Analysis,
  { absorbed }: Rewritten,
): readonly AbsorbedStep[] {
  const kept = new Set([...after.running, ...absorbed.map(({ id }) => id)]);
  const steps = new Map(before.flow.steps.map((step) => [step.id, step]));
  return before.running.flatMap((id): AbsorbedStep[] => {
    const step = steps.get(id);
    return step && !step.added && !kept.has(id) ? [{ ...asAbsorbed(step, name), never: true }] : [];
  });
}

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
