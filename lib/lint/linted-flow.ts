import { callsBuiltin } from '../compiler/analyse/builtins.ts';
import { type Dependencies, dependenciesOf, findUses } from '../compiler/analyse/graph.ts';
import type { ComponentSchemas } from '../compiler/check/index.ts';
import { groupBy } from '../compiler/passes/group-by.ts';
import type { Diagnostic } from '../diagnostics/diagnostics.ts';
import { allWithin, type Expression, type StepReference } from '../flow/expression.ts';
import { expressionsIn, expressionsOf, type Flow, type Step } from '../flow/flow.ts';
import type { Json } from '../protocol/json.ts';
import { valueAt } from '../protocol/path.ts';
import { bytesOf } from '../runtime/spill/spill.ts';
import { Ancestors } from './ancestors.ts';
import { isStepRead, readsOf, type StepRead, stepReferencesIn, stepsIn } from './references.ts';
import { mostOf, schemaAt, type Taking, takingOf } from './schemas.ts';
import { BLOB_ID_BYTES, LARGE_BYTES, type Size, sizeBySchema } from './sizes.ts';
import { TextEditor } from './text-edits.ts';

/** What rules know of a flow beside its text. Steps of an inner flow have ids `RUNNER.ID` in all of it. */
export interface Knowledge {
  readonly schemasOf: (component: string) => Partial<ComponentSchemas> | undefined;
  /** Whether a component is one of those that every project has. */
  readonly isBuiltin: (component: string) => boolean;
  /** Whether a built-in component's name stands for a component of the project, or a mock. */
  readonly isReplaced: (step: { readonly id: string; readonly component: string }) => boolean;
  /** Results that the flow's tests have for a step, by its id or its component. */
  readonly resultsOf: (id: string, component: string) => readonly Json[];
  /** Seconds that a step takes by the flow's profile; undefined where it says nothing of it. */
  readonly secondsOf: (id: string, component: string) => number | undefined;
  /** Bytes of what a step's calls returned, by the flow's profile. */
  readonly resultBytesOf: (id: string) => number | undefined;
  /** What `validate` says of the flow. */
  readonly diagnostics: readonly Diagnostic[];
  /** Whether the flow's tests name a step. */
  readonly isNamed: (id: string) => boolean;
  /** Whether a mock answers a step, by its id or its component, only for some inputs. */
  readonly isInputAsked: (id: string, component: string) => boolean;
  readonly tests: { readonly cases: number; readonly measured: number };
}

/** A read of a step's result by another step. */
export interface ReadByStep extends StepRead {
  readonly reader: Step;
}

/** A flow, or an inner flow, as rules see it: as it is written, and what follows from that. */
export class LintedFlow {
  readonly flow: Flow;
  readonly text: string;
  readonly knowledge: Knowledge;
  /** `RUNNER.` for the flow that the step RUNNER runs; "" for the flow of the file. */
  readonly prefix: string;
  /** Finds this flow again in a flow that the whole text was changed to. */
  readonly locate: (whole: Flow) => Flow | undefined;
  readonly steps: ReadonlyMap<string, Step>;
  readonly dependencies: Dependencies;
  readonly #readers: ReadonlyMap<string, readonly ReadByStep[]>;
  #ancestors: Ancestors | undefined;
  #perhapsSkipped: ReadonlySet<string> | undefined;
  #choices: ReadonlyMap<string, readonly Expression[]> | undefined;
  #users: ReadonlyMap<string, readonly Step[]> | undefined;
  #references: ReadonlyMap<string, readonly StepReference[]> | undefined;
  #editor: TextEditor | undefined;

  constructor(
    flow: Flow,
    text: string,
    knowledge: Knowledge,
    prefix = '',
    locate: LintedFlow['locate'] = (whole) => whole,
  ) {
    this.locate = locate;
    this.flow = flow;
    this.text = text;
    this.knowledge = knowledge;
    this.prefix = prefix;
    this.steps = new Map(flow.steps.map((step) => [step.id, step]));
    this.dependencies = dependenciesOf(findUses(flow, []));
    const reads = flow.steps.flatMap((reader) =>
      readsOf(reader)
        .filter(isStepRead)
        .map((read) => ({ ...read, reader })),
    );
    this.#readers = groupBy(
      reads,
      ({ reference }) => reference.step,
      (read) => read,
    );
  }

  get editor(): TextEditor {
    this.#editor ??= new TextEditor(this.text);
    return this.#editor;
  }

  /** Whether a step calls a built-in component. */
  isBuiltin(step: Step, ...names: readonly string[]): boolean {
    return names.some((name) => callsBuiltin(step, name)) && !this.isReplaced(step);
  }

  /** Whether a component of the project, or a mock, has the name of the step's built-in component. */
  isReplaced(step: Step): boolean {
    return this.knowledge.isReplaced(this.#named(step));
  }

  /** The choices, each an `$if` or a `$coalesce`, in which the result of a step is one that may be taken. */
  choicesWith(id: string): readonly Expression[] {
    this.#choices ??= byStep(
      expressionsIn(this.flow)
        .flatMap(allWithin)
        .filter(({ kind }) => kind === 'if' || kind === 'coalesce'),
      (choice) => stepsIn([choice]),
    );
    return this.#choices.get(id) ?? [];
  }

  /** What a step's component takes and gives, as far as it is known: by itself, or else as the step says. */
  schemasOf(step: Step): Partial<ComponentSchemas> {
    const { input = step.inputSchema, output = step.outputSchema } = this.knowledge.schemasOf(step.component) ?? {};
    return { ...(input !== undefined && { input }), ...(output !== undefined && { output }) };
  }

  /** What a step's component does with the value at `keys` of its input. What a built-in component takes, it uses. */
  takingOf(step: Step, keys: readonly (string | number)[]): Taking {
    const schemas = [this.knowledge.schemasOf(step.component)?.input, step.inputSchema].filter(
      (one) => one !== undefined,
    );
    const taking = schemas.length === 0 ? 'unknown' : mostOf(schemas.map((schema) => takingOf(schema, keys)));
    const isUsed = taking !== 'not taken' && this.knowledge.isBuiltin(step.component) && !this.isReplaced(step);
    return isUsed ? 'required' : taking;
  }

  /** All references to a step's result, wherever they are. */
  referencesTo(id: string): readonly StepReference[] {
    this.#references ??= groupBy(
      stepReferencesIn(expressionsIn(this.flow)),
      ({ step }) => step,
      (one) => one,
    );
    return this.#references.get(id) ?? [];
  }

  /** The reads of a step's result in inputs of other steps. */
  readersOf(id: string): readonly ReadByStep[] {
    return this.#readers.get(id) ?? [];
  }

  /** The steps that read a step's result anywhere. */
  usersOf(id: string): readonly Step[] {
    this.#users ??= byStep(this.flow.steps, (step) => stepsIn(expressionsOf(step)));
    return this.#users.get(id) ?? [];
  }

  /** Whether a step has ended when another one begins. */
  isAncestor(id: string, of: string): boolean {
    this.#ancestors ??= new Ancestors(this.dependencies);
    return this.#ancestors.has(id, of);
  }

  /** The steps that begin after one of some others. */
  descendantsOf(steps: readonly Step[]): ReadonlySet<string> {
    this.#ancestors ??= new Ancestors(this.dependencies);
    return this.#ancestors.descendantsOf(steps.map(({ id }) => id));
  }

  /** The steps that may be skipped, by themselves or along with another one. */
  get perhapsSkipped(): ReadonlySet<string> {
    if (this.#perhapsSkipped) return this.#perhapsSkipped;
    const own = this.flow.steps.filter(({ skipIf, onError }) => skipIf !== undefined || onError.action === 'skip');
    this.#perhapsSkipped = new Set([...own.map(({ id }) => id), ...this.descendantsOf(own)]);
    return this.#perhapsSkipped;
  }

  /** How large the value of a reference may be: by the profile, else by the tests' mocks, else by the schema of the component. `steps`: of a changed flow. */
  sizeOf({ step: id, path }: Pick<StepReference, 'step' | 'path'>, steps = this.steps): Size {
    const step = steps.get(id);
    if (!step) return 'unknown';
    const named = this.#named(step);
    const found = this.knowledge
      .resultsOf(named.id, named.component)
      .map((result) => bytesOf(valueAt(result, path.path) ?? null));
    // Spilled values were measured as their markers: a profile can say that a result is large, and not that it is small.
    const measured = path.path.segments.length === 0 ? (this.knowledge.resultBytesOf(named.id) ?? 0) : 0;
    if (measured >= LARGE_BYTES) return Math.max(measured, ...found);
    if (found.length > 0) return Math.max(...found);
    if (this.isBuiltin(step, 'put_blob') && path.path.segments.length === 1) return BLOB_ID_BYTES;
    return sizeBySchema(schemaAt(this.schemasOf(step).output, path.path.segments));
  }

  /** Seconds of a step by the flow's profile. */
  secondsOf(step: Step): number | undefined {
    const { id, component } = this.#named(step);
    return this.knowledge.secondsOf(id, component);
  }

  #named({ id, component }: Step): { readonly id: string; readonly component: string } {
    return { id: `${this.prefix}${id}`, component };
  }
}

/** Values by the steps that each names. */
function byStep<Value>(
  values: readonly Value[],
  stepsOf: (value: Value) => readonly string[],
): ReadonlyMap<string, readonly Value[]> {
  const named = values.flatMap((value) => [...new Set(stepsOf(value))].map((step) => ({ step, value })));
  return groupBy(
    named,
    ({ step }) => step,
    ({ value }) => value,
  );
}
