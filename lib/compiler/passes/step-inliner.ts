import { childrenOf, type Expression, type StepReference } from '../../flow/expression.ts';
import { afterOf, expressionsOf, type Flow, mapStep, type RequiredInput, type Step } from '../../flow/flow.ts';
import { skipIfOf } from '../analyse/demand.ts';
import { isUseOf, stepsReadBy, type Use, usesOf } from '../analyse/uses.ts';
import { type Attached, WorkFinder, type WorkToAttach } from './attached-work.ts';
import { groupBy } from './group-by.ts';
import { type AbsorbedStep, asAbsorbed, type Change, type PassContext, type Rewritten } from './pass.ts';
import type { PassName } from './passes.ts';
import { certainlyRead, precedingIn, withPreceding } from './preceding.ts';
import { mapReferences, referencesTo } from './references.ts';
import { skippableSteps } from './skippable-steps.ts';
import { type Substitute, type SubstitutionContext, substituteFor } from './substitute.ts';

/** The value that replaces a step, and the work that other functions have to do for it. */
export interface InlinedValue extends Substitute {
  readonly work: WorkToAttach;
}

/** Which steps a pass inlines, and into what. */
export interface InliningRule {
  readonly name: PassName;
  /** The value of a step, whose input is already rewritten; undefined for a step that the pass does not inline. */
  readonly valueOf: (step: Step, queries: FlowQueries) => InlinedValue | undefined;
  /** Simplifies expressions after references in them have been replaced. @default no simplification */
  readonly simplify?: (expression: Expression) => Expression;
}

/** What an inlining rule can ask about the flow. */
export interface FlowQueries {
  readonly workFinder: WorkFinder;
  /** The step with that id, as rewritten so far. */
  readonly step: (id: string) => Step | undefined;
  /** See {@link runsOrFails}. */
  readonly runsOrFails: (step: Step) => boolean;
}

/** Values that one step may add to a reader: each may take as many bytes of its payload as a blob's marker. */
const MAX_VALUES = 24;

/** In a flow without an output and with more results than this, each result may consist of one value only. */
const MAX_SINKS = 16;

/** How many references the readers of one step may grow by in all. */
const MAX_GROWTH = 96;

/** A literal of this many characters counts as one reference. */
const CHARACTERS_PER_REFERENCE = 64;

/** No work for other functions. */
export const NO_WORK: WorkToAttach = { attached: [], requires: [] };

/**
 * Inlines steps whose results are expressions of what they read: references to such a step are replaced by its expression,
 * and the step is removed. A step is only inlined if that changes nothing for any of its readers.
 *
 * The order through it stays: its readers come after the steps of its `after`, and what comes after it comes after these and
 * after what it reads.
 */
export class StepInliner {
  readonly #context: PassContext;
  readonly #rule: InliningRule;
  readonly #substitution: SubstitutionContext;
  readonly #queries: FlowQueries;
  readonly #references: ReadonlyMap<string, readonly StepReference[]>;
  readonly #steps: Map<string, Step>;
  /** The values of the inlined steps. */
  readonly #values = new Map<string, Substitute>();
  /** The steps that others come after. */
  readonly #preceding: ReadonlySet<string>;
  /** The steps that the readers of each inlined step come after as well. */
  readonly #carried = new Map<string, readonly string[]>();
  /** What takes the place of each inlined step in the `after` of others. */
  readonly #order = new Map<string, readonly string[]>();
  readonly #attached: Attached[] = [];
  readonly #requires: RequiredInput[] = [];
  readonly #absorbed: AbsorbedStep[] = [];
  readonly #changes: Change[] = [];

  constructor(context: PassContext, rule: InliningRule) {
    const { analysis } = context;
    this.#context = context;
    this.#rule = rule;
    const skippable = skippableSteps(context);
    this.#substitution = { skippable, eager: analysis.flow.evaluation === 'eager' };
    this.#steps = new Map(analysis.flow.steps.map((step) => [step.id, step]));
    this.#queries = {
      workFinder: new WorkFinder(context),
      step: (id) => this.#steps.get(id),
      runsOrFails: (step) => runsOrFails(step, context),
    };
    this.#references = referencesTo(analysis);
    const runs = new Set(analysis.running);
    this.#preceding = precedingIn({ steps: analysis.flow.steps.filter(({ id }) => runs.has(id)) });
  }

  /** The flow without the steps that could be inlined. */
  rewrite(): Rewritten {
    const { analysis } = this.#context;
    for (const id of analysis.order) this.#visit(id);
    return { flow: this.#rewritten(), absorbed: this.#absorbed, changes: this.#changes };
  }

  #visit(id: string): void {
    const step = this.#steps.get(id);
    if (!step) return;
    const carried = expressionsOf(step)
      .flatMap(stepsReadBy)
      .flatMap((read) => this.#carried.get(read) ?? []);
    const own = withPreceding(mapStep(step, this.#change), (before) => this.#order.get(before) ?? [before], carried);
    this.#steps.set(id, own);
    const inlined = this.#isCandidate(own) ? this.#rule.valueOf(own, this.#queries) : undefined;
    if (inlined && this.#canInline(own, inlined) && this.#keepsOrder(own)) this.#inline(step, own, inlined);
  }

  #isCandidate(step: Step): boolean {
    const secrets = this.#context.analysis.secrets.get(step.id);
    // A function redacts the secrets in its input, the state machine does not. A step that never runs has no entry.
    if (!secrets || secrets.size > 0) return false;
    return !step.mustExecute && !step.added && !step.attachedWork && runsOrFails(step, this.#context);
  }

  /** Whether every reference to the step can be replaced, and its readers do not grow too large. */
  #canInline({ id }: Step, substitute: Substitute): boolean {
    const { value } = substitute;
    const values = usesOf(value).filter(({ reference, test }) => reference.kind !== 'variable' && test === undefined);
    if (values.length > MAX_VALUES || (values.length > 1 && this.#isOneOfMany(id))) return false;
    const parts = (this.#references.get(id) ?? []).map((one) => substituteFor(one, substitute, this.#substitution));
    const growth = parts.reduce((sum, part) => sum + (part ? sizeOf(part) : 0), 0) - sizeOf(value);
    return growth <= MAX_GROWTH && parts.every((part) => part !== undefined);
  }

  /**
   * Whether others can come after what the step waits for, instead of after it, and want just what it wants. Where every step
   * runs, all is wanted. Else what it reads in some runs only, or is read by in some runs only, can be in no `after`.
   */
  #keepsOrder(step: Step): boolean {
    if (this.#substitution.eager) return true;
    const read = certainlyRead(usesOf(step.input));
    if (this.#preceding.has(step.id) && stepsReadBy(step.input).some((id) => !read.has(id))) return false;
    return this.#isInOrder(step) || this.#isReadInInputs(step.id);
  }

  /** Whether a step comes after nothing but what its readers will read in its place. */
  #isInOrder(step: Step): boolean {
    const read = certainlyRead(usesOf(step.input));
    return afterOf(step).every((id) => !this.#substitution.eager && read.has(id));
  }

  /** Whether a step is read in inputs of steps only, and whenever these run. */
  #isReadInInputs(id: string): boolean {
    const { uses, running, sinks } = this.#context.analysis;
    const isUse = (use: Use): boolean => isUseOf(use, id);
    if ([...uses.output, ...sinks.flatMap((sink) => sink.uses)].some(isUse)) return false;
    return running
      .flatMap((reader) => uses.steps.get(reader) ?? [])
      .every(
        ({ input, skipIf, fallback }) =>
          ![...skipIf, ...fallback].some(isUse) && (certainlyRead(input).has(id) || !input.some(isUse)),
      );
  }

  /** Whether a step is one of many results of a flow without an output: all of them are in one payload. */
  #isOneOfMany(id: string): boolean {
    const { sinks } = this.#context.analysis;
    return sinks.length > MAX_SINKS && sinks.some((sink) => sink.id === id);
  }

  #inline(written: Step, own: Step, { value, input, work: needs }: InlinedValue): void {
    const { id } = own;
    this.#steps.delete(id);
    this.#values.set(id, { value, input });
    this.#carried.set(id, this.#isInOrder(own) ? [] : afterOf(own));
    this.#order.set(id, [...stepsReadBy(own.input), ...afterOf(own)]);
    this.#attached.push(...needs.attached);
    this.#requires.push(...needs.requires);
    const requires = needs.requires.map(({ path }) => path.text);
    this.#absorbed.push({ ...asAbsorbed(written, this.#rule.name), ...(requires.length > 0 && { requires }) });
    const sources = stepsReadBy(value).map((source) => JSON.stringify(source));
    const what = sources.length > 0 ? `is read directly from ${sources.join(', ')}` : 'is inlined into its readers';
    this.#changes.push({ steps: [id], what });
  }

  readonly #change = (expression: Expression): Expression => {
    const { simplify = (same) => same } = this.#rule;
    return simplify(mapReferences(expression, this.#replace));
  };

  readonly #replace = (reference: StepReference): Expression => {
    const substitute = this.#values.get(reference.step);
    return (substitute && substituteFor(reference, substitute, this.#substitution)) ?? reference;
  };

  #rewritten(): Flow {
    const { flow, running, sinks } = this.#context.analysis;
    const runs = new Set(running);
    const steps = flow.steps.flatMap(({ id }) => (runs.has(id) ? (this.#steps.get(id) ?? []) : []));
    // Without an output, the results are the steps that nothing reads. Fixed here, as removing a step leaves more of those.
    const results = flow.output
      ? { output: this.#change(flow.output) }
      : { sinks: sinks.map(({ id, value }) => ({ id, value: this.#change(value) })) };
    const requires = [...(flow.requires ?? []), ...this.#requires];
    return { ...flow, steps: attach(steps, this.#attached), ...results, ...(requires.length > 0 && { requires }) };
  }
}

/** The approximate size of an expression in a definition, in references. */
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

/** Whether a step, whenever anything needs it, gives the result of its component or fails the flow: no skip, no default, no mock. */
export function runsOrFails(step: Step, { isOpaque }: PassContext): boolean {
  const { action } = step.onError;
  return (action === 'fail' || action === 'retry') && !skipIfOf(step) && !isOpaque(step);
}

/** The steps, with the attached work added to those whose functions do it. */
function attach(steps: readonly Step[], attached: readonly Attached[]): readonly Step[] {
  const byHost = groupBy(
    attached,
    ({ to }) => to,
    ({ to: _, ...own }) => own,
  );
  return steps.map((step) => {
    const work = byHost.get(step.id);
    return work ? { ...step, attachedWork: [...(step.attachedWork ?? []), ...work] } : step;
  });
}
