import { childrenOf, type Expression, type StepReference } from '../../flow/expression.ts';
import { type Flow, mapStep, type RequiredInput, type Step } from '../../flow/flow.ts';
import { skipIfOf } from '../analyse/demand.ts';
import { stepsReadBy, usesOf } from '../analyse/uses.ts';
import { type Attached, WorkFinder, type WorkToAttach } from './attached-work.ts';
import { groupBy } from './group-by.ts';
import { mapReferences } from './map-references.ts';
import { type AbsorbedStep, asAbsorbed, type Change, type PassContext, type Rewritten } from './pass.ts';
import type { PassName } from './passes.ts';
import { referencesTo } from './references.ts';
import { skippableSteps } from './skippable-steps.ts';
import { type Substitute, type SubstitutionContext, substituteFor } from './substitute.ts';

/** What a step gives, and what has to be found out for it elsewhere. */
export interface InlinedValue extends Substitute {
  readonly work: WorkToAttach;
}

/** How one pass absorbs steps. */
export interface InliningRule {
  readonly name: PassName;
  /** What a step gives, its input simplified; undefined for one that the pass leaves alone. */
  readonly valueOf: (step: Step, tools: FlowQueries) => InlinedValue | undefined;
  /** Makes expressions simpler, once references in them have been replaced. @default leaves them as they are */
  readonly simplify?: (expression: Expression) => Expression;
}

/** What a pass can ask of the flow. */
export interface FlowQueries {
  readonly workFinder: WorkFinder;
  /** The step of that id as it is so far. */
  readonly step: (id: string) => Step | undefined;
  /** Whether a step does what its component says, whenever it runs at all, or else fails the flow. */
  readonly runsOrFails: (step: Step) => boolean;
}

/** The values that one step may put into a reader: each may take the room of a blob's marker in its payload. */
const MAX_VALUES = 24;

/** Results of a flow without an output that may be made of several values. */
const MAX_SINKS = 16;

/** By how much, in references, one step's readers together may grow. */
const MAX_GROWTH = 96;

/** Characters of a value that is written out which count as much as one reference. */
const CHARACTERS_PER_REFERENCE = 64;

/** Nothing that has to be found out. */
export const NO_WORK: WorkToAttach = { attached: [], requires: [] };

/**
 * Takes steps out of a flow whose results are expressions of what they read: their readers get those. A step is only
 * taken where none of its readers can tell the difference.
 */
export class StepInliner {
  readonly #context: PassContext;
  readonly #absorption: InliningRule;
  readonly #surroundings: SubstitutionContext;
  readonly #tools: FlowQueries;
  readonly #references: ReadonlyMap<string, readonly StepReference[]>;
  readonly #steps: Map<string, Step>;
  /** What the absorbed steps give. */
  readonly #values = new Map<string, Substitute>();
  readonly #attached: Attached[] = [];
  readonly #requires: RequiredInput[] = [];
  readonly #absorbed: AbsorbedStep[] = [];
  readonly #changes: Change[] = [];

  constructor(context: PassContext, absorption: InliningRule) {
    const { analysis } = context;
    this.#context = context;
    this.#absorption = absorption;
    const skippable = skippableSteps(context);
    this.#surroundings = { skippable, eager: analysis.flow.evaluation === 'eager' };
    this.#steps = new Map(analysis.flow.steps.map((step) => [step.id, step]));
    this.#tools = {
      workFinder: new WorkFinder(context),
      step: (id) => this.#steps.get(id),
      runsOrFails: (step) => isPlain(step, context),
    };
    this.#references = referencesTo(analysis);
  }

  /** The flow without the steps that could be taken out. */
  rewrite(): Rewritten {
    const { analysis } = this.#context;
    for (const id of analysis.order) this.#visit(id);
    return { flow: this.#rewritten(), absorbed: this.#absorbed, changes: this.#changes };
  }

  #visit(id: string): void {
    const step = this.#steps.get(id);
    if (!step) return;
    const own = mapStep(step, this.#change);
    this.#steps.set(id, own);
    const absorbable = this.#isCandidate(own) ? this.#absorption.valueOf(own, this.#tools) : undefined;
    if (absorbable && this.#fits(own, absorbable)) this.#absorb(step, own, absorbable);
  }

  #isCandidate(step: Step): boolean {
    const secrets = this.#context.analysis.secrets.get(step.id);
    // A function hides the secrets of its input; what never runs has none.
    if (!secrets || secrets.size > 0) return false;
    return !step.mustExecute && !step.added && !step.attachedWork && isPlain(step, this.#context);
  }

  /** Whether all who read the step can do without it, and do not grow too large. */
  #fits({ id }: Step, substitute: Substitute): boolean {
    const { value } = substitute;
    const values = usesOf(value).filter(({ reference, test }) => reference.kind !== 'variable' && test === undefined);
    if (values.length > MAX_VALUES || (values.length > 1 && this.#isOneOfMany(id))) return false;
    const parts = (this.#references.get(id) ?? []).map((one) => substituteFor(one, substitute, this.#surroundings));
    const growth = parts.reduce((sum, part) => sum + (part ? sizeOf(part) : 0), 0) - sizeOf(value);
    return growth <= MAX_GROWTH && parts.every((part) => part !== undefined);
  }

  /** Whether a step is one of many results of a flow without an output, which meet in one payload. */
  #isOneOfMany(id: string): boolean {
    const { sinks } = this.#context.analysis;
    return sinks.length > MAX_SINKS && sinks.some((sink) => sink.id === id);
  }

  #absorb(written: Step, { id }: Step, { value, input, work: needs }: InlinedValue): void {
    this.#steps.delete(id);
    this.#values.set(id, { value, input });
    this.#attached.push(...needs.attached);
    this.#requires.push(...needs.requires);
    const requires = needs.requires.map(({ path }) => path.text);
    this.#absorbed.push({ ...asAbsorbed(written, this.#absorption.name), ...(requires.length > 0 && { requires }) });
    const sources = stepsReadBy(value).map((source) => JSON.stringify(source));
    const what = sources.length > 0 ? `is read straight from ${sources.join(', ')}` : 'is put where it is read';
    this.#changes.push({ steps: [id], what });
  }

  readonly #change = (expression: Expression): Expression => {
    const { simplify = (same) => same } = this.#absorption;
    return simplify(mapReferences(expression, this.#replace));
  };

  readonly #replace = (reference: StepReference): Expression => {
    const substitute = this.#values.get(reference.step);
    return (substitute && substituteFor(reference, substitute, this.#surroundings)) ?? reference;
  };

  #rewritten(): Flow {
    const { flow, running, sinks } = this.#context.analysis;
    const runs = new Set(running);
    const steps = flow.steps.flatMap(({ id }) => (runs.has(id) ? (this.#steps.get(id) ?? []) : []));
    // Once a step is gone, what only it read is read by nobody, and would be taken for a result of the flow.
    const results = flow.output
      ? { output: this.#change(flow.output) }
      : { sinks: sinks.map(({ id, value }) => ({ id, value: this.#change(value) })) };
    const requires = [...(flow.requires ?? []), ...this.#requires];
    return { ...flow, steps: attach(steps, this.#attached), ...results, ...(requires.length > 0 && { requires }) };
  }
}

/** How much an expression takes in a definition, in about as many references. */
function sizeOf(expression: Expression): number {
  switch (expression.kind) {
    case 'literal':
      return Math.ceil(JSON.stringify(expression.value).length / CHARACTERS_PER_REFERENCE);
    case 'input':
    case 'step':
    case 'variable':
      return 1;
    default:
      return childrenOf(expression).reduce((sum, child) => sum + sizeOf(child), 0);
  }
}

/** Whether a step does what its component says, whenever it runs at all, or else fails the flow. */
export function isPlain(step: Step, { isOpaque }: PassContext): boolean {
  const { action } = step.onError;
  return (action === 'fail' || action === 'retry') && !skipIfOf(step) && !isOpaque(step);
}

/** The steps with those that become part of their functions. */
function attach(steps: readonly Step[], attached: readonly Attached[]): readonly Step[] {
  const byHost = groupBy(
    attached,
    ({ to }) => to,
    ({ to: _, ...own }) => own,
  );
  return steps.map((step) => {
    const more = byHost.get(step.id);
    return more ? { ...step, attachedWork: [...(step.attachedWork ?? []), ...more] } : step;
  });
}
