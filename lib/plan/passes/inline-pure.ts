import type { Expression, StepReference } from '../../flow/expression.ts';
import type { Flow, RequiredInput, Step } from '../../flow/flow.ts';
import { skipIfOf } from '../demand.ts';
import { usesOf } from '../uses.ts';
import { mapFlow, mapReferences } from './map-references.ts';
import { type Attached, NeedFinder, type Needs } from './needs.ts';
import { type AbsorbedStep, absorb, type Change, type Pass, type PassContext, type Rewritten } from './pass.ts';
import { pureValueOf } from './pure-value.ts';
import { referencesTo } from './readers.ts';
import { sizeOf } from './size.ts';
import { skippableSteps } from './skips.ts';
import { type Substitute, type Surroundings, stepsIn, substituteFor } from './substitute.ts';
import { sure } from './sure.ts';

/** The values that one step may put into a reader: each may take the room of a blob's marker in its payload. */
const MOST_VALUES = 24;

/** Results of a flow without an output that may be made of several values. */
const MOST_RESULTS = 16;

/** By how much, in references, one step's readers together may grow. */
const MOST_GROWTH = 96;

/** Steps whose result is a mere expression of what they read need no function: their readers read that themselves. */
export const inlinePure: Pass = {
  name: 'inline-pure',
  title: 'steps that only pick out or put together are read straight from what they read',
  rewrite: (context) => new Inliner(context).rewrite(),
};

class Inliner {
  readonly #context: PassContext;
  readonly #surroundings: Surroundings;
  readonly #needs: NeedFinder;
  readonly #references: ReadonlyMap<string, readonly StepReference[]>;
  /** What the absorbed steps give. */
  readonly #values = new Map<string, Substitute>();
  readonly #attached: Attached[] = [];
  readonly #requires: RequiredInput[] = [];
  readonly #absorbed: AbsorbedStep[] = [];
  readonly #changes: Change[] = [];

  constructor(context: PassContext) {
    const { analysis } = context;
    this.#context = context;
    const skippable = skippableSteps(context);
    this.#surroundings = { skippable, eager: analysis.flow.evaluation === 'eager' };
    this.#needs = new NeedFinder(context, skippable);
    this.#references = referencesTo(analysis);
  }

  rewrite(): Rewritten | undefined {
    const { flow, order } = this.#context.analysis;
    const steps = new Map(flow.steps.map((step) => [step.id, step]));
    for (const id of order) this.#try(steps.get(id));
    if (this.#absorbed.length === 0) return undefined;
    return { flow: this.#rewritten(), absorbed: this.#absorbed, changes: this.#changes };
  }

  #try(step: Step | undefined): void {
    if (!step || !this.#isCandidate(step)) return;
    const own = { ...step, input: mapReferences(step.input, this.#replace) };
    const pure = pureValueOf(own);
    const needs = pure && this.#needs.find(own, pure);
    if (!needs) return;
    const value = sure(pure.value);
    const substitute: Substitute = { value, input: pure.value === own.input ? value : own.input };
    if (this.#fits(step, substitute)) this.#absorb(step, substitute, needs);
  }

  #isCandidate(step: Step): boolean {
    const { analysis, isOpaque } = this.#context;
    const secrets = analysis.secrets.get(step.id);
    // A function hides the secrets of its input; what never runs has none.
    if (!secrets || secrets.size > 0) return false;
    const { onError, mustExecute, added } = step;
    const plain =
      (onError.action === 'fail' || onError.action === 'retry') && !mustExecute && !added && !skipIfOf(step);
    return plain && !isOpaque(step);
  }

  /** Whether all who read the step can do without it, and do not grow too large. */
  #fits({ id }: Step, substitute: Substitute): boolean {
    const { value } = substitute;
    const values = usesOf(value).filter(({ reference, test }) => reference.kind !== 'variable' && test === undefined);
    if (values.length > MOST_VALUES || (values.length > 1 && this.#isOneOfMany(id))) return false;
    const parts = (this.#references.get(id) ?? []).map((one) => substituteFor(one, substitute, this.#surroundings));
    const growth = parts.reduce((sum, part) => sum + (part ? sizeOf(part) : 0), 0) - sizeOf(value);
    return growth <= MOST_GROWTH && parts.every((part) => part !== undefined);
  }

  /** Whether a step is one of many results of a flow without an output, which meet in one payload. */
  #isOneOfMany(id: string): boolean {
    const { sinks } = this.#context.analysis;
    return sinks.length > MOST_RESULTS && sinks.some((sink) => sink.id === id);
  }

  #absorb(step: Step, substitute: Substitute, { fused, requires }: Needs): void {
    this.#values.set(step.id, substitute);
    this.#attached.push(...fused);
    this.#requires.push(...requires);
    this.#absorbed.push(absorb(step, inlinePure.name));
    const sources = stepsIn(substitute.value).map((id) => JSON.stringify(id));
    const what = sources.length > 0 ? `is read straight from ${sources.join(', ')}` : 'is put where it is read';
    this.#changes.push({ steps: [step.id], what });
  }

  readonly #replace = (reference: StepReference): Expression => {
    const substitute = this.#values.get(reference.step);
    return (substitute && substituteFor(reference, substitute, this.#surroundings)) ?? reference;
  };

  #rewritten(): Flow {
    const { flow, running, sinks } = this.#context.analysis;
    const runs = new Set(running);
    const steps = flow.steps.filter(({ id }) => runs.has(id) && !this.#values.has(id));
    // Once a step is gone, what only it read is read by nobody, and would be taken for a result of the flow.
    const results = flow.output ? {} : { sinks: sinks.map(({ id, value }) => ({ id, value })) };
    const requires = [...(flow.requires ?? []), ...this.#requires];
    const rewritten = mapFlow({ ...flow, steps, ...results, ...(requires.length > 0 && { requires }) }, this.#replace);
    return { ...rewritten, steps: attach(rewritten.steps, this.#attached) };
  }
}

/** The steps with those that become part of their functions. */
export function attach(steps: readonly Step[], attached: readonly Attached[]): readonly Step[] {
  const byHost = new Map<string, Attached[]>();
  for (const one of attached) byHost.set(one.to, [...(byHost.get(one.to) ?? []), one]);
  return steps.map((step) => {
    const more = byHost.get(step.id);
    return more ? { ...step, fused: [...(step.fused ?? []), ...more.map(({ to: _, ...own }) => own)] } : step;
  });
}
