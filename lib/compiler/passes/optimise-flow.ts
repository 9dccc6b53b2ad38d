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
  /** Whether a step must really be called, because its component is mocked or replaced. @default none is */
  readonly isOpaque?: PassContext['isOpaque'] | undefined;
}

/** An equivalent flow with fewer functions, and what the passes did. */
export interface OptimisedFlow {
  readonly analysis: Analysis;
  readonly passes: readonly PassReport[];
  /** The steps that no longer have a state of their own, each after its sources. */
  readonly absorbed: readonly AbsorbedStep[];
}

/**
 * Runs the passes that rewrite flows, on a flow and on its inner flows. They preserve its result, its outcome and the error
 * code that it fails with. A pass is undone if the flow could not be analysed after it.
 */
export function optimiseFlow(analysis: Analysis, options: FlowPassOptions = {}): OptimisedFlow {
  const { without = new Set() } = options;
  const tallies = FLOW_PASSES.filter(({ name }) => !without.has(name)).map((pass) => new Tally(pass));
  const run = new FlowPassRunner(tallies, options, countCalls(analysis));
  const optimised = run.flow(analysis, '');
  return { analysis: optimised, passes: tallies.map((tally) => tally.report()), absorbed: run.absorbed };
}

/** Accumulates what one pass does to a flow and its inner flows. */
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
  /** How many steps still call each component. */
  readonly #calls: Map<string, number>;

  constructor(tallies: readonly Tally[], options: FlowPassOptions, calls: Map<string, number>) {
    this.#tallies = tallies;
    this.#options = options;
    this.#calls = calls;
  }

  /** `prefix`: the path of an inner flow, such as `each.`, which precedes the ids of its steps. */
  flow(analysis: Analysis, prefix: string): Analysis {
    const inner = new Map([...analysis.inner].map(([id, own]) => [id, this.flow(own, `${prefix}${id}.`)]));
    const start: Analysis = { ...analysis, inner };
    return this.#tallies.reduce((before, tally) => this.#rewrite(tally, before, prefix), start);
  }

  #rewrite(tally: Tally, before: Analysis, prefix: string): Analysis {
    const { isOpaque: isOpaqueStep = () => false, onPass } = this.#options;
    const isOpaque = (step: Step): boolean => isOpaqueStep({ ...step, id: `${prefix}${step.id}` });
    const rewritten = tally.pass.rewrite({ analysis: before, isOpaque });
    const after = rewritten && analyse(rewritten.flow, [], { inputSecrets: before.inputSecrets, inner: before.inner });
    if (!rewritten || !after) return before;
    const removed = [...rewritten.absorbed, ...noLongerNeeded(tally.pass, before, after, rewritten)];
    const functions = removed.filter((one) => this.#drop(one)).length;
    tally.add(
      rewritten.changes.map((change) => prefixChange(change, prefix)),
      removed.length,
      functions,
    );
    this.absorbed.push(...removed.map((one) => prefixAbsorbed(one, prefix)));
    onPass?.({ name: tally.pass.name, analysis: after });
    return after;
  }

  /** Counts a removed step; returns whether it was the last to call its component. */
  #drop({ component }: AbsorbedStep): boolean {
    const remaining = (this.#calls.get(component) ?? 0) - 1;
    this.#calls.set(component, remaining);
    return remaining === 0;
  }
}

/** The steps that nothing needs after the pass, but did before. */
function noLongerNeeded(
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

/** How many steps of a flow and its inner flows call each component. */
function countCalls({ flow, running, inner }: Analysis): Map<string, number> {
  const found = new Map<string, number>();
  const runs = new Set(running);
  for (const step of flow.steps) {
    if (runs.has(step.id) && !builtinOf(step)) found.set(step.component, (found.get(step.component) ?? 0) + 1);
  }
  for (const own of inner.values()) {
    for (const [component, count] of countCalls(own)) found.set(component, (found.get(component) ?? 0) + count);
  }
  return found;
}
