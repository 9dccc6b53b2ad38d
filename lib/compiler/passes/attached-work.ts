import type { StepReference } from '../../flow/expression.ts';
import { afterOf, type RequiredInput, type Step } from '../../flow/flow.ts';
import type { AttachedWork } from '../../protocol/invocation.ts';
import { resultAt, stagesOf } from '../../protocol/path.ts';
import { builtinOf, callsBuiltin } from '../analyse/builtins.ts';
import { type Demand, isAlways, isSameDemand } from '../analyse/demand.ts';
import { isAlwaysThere, stepsReadBy, type Use, usesOf } from '../analyse/uses.ts';
import { isWhole } from './expression-at.ts';
import { isStringSchema, schemaOfGuaranteed } from './guaranteed-input.ts';
import type { PassContext } from './pass.ts';
import type { PureValue, Reading } from './pure-value.ts';

/** The work of a step that loses its own function: checks of the values it reads, or storing them. */
export interface WorkToAttach {
  /** Done by the functions of other steps, with their results. */
  readonly attached: readonly Attached[];
  /** Checked in the flow's input before any step starts. */
  readonly requires: readonly RequiredInput[];
}

/** Work that the function of another step does. */
export interface Attached extends AttachedWork {
  /** The step whose function does it. */
  readonly to: string;
}

/** A value that must be present, and must be a string where `text` is set. */
interface RequiredValue {
  readonly reading: Reading;
  readonly text: boolean;
}

/** Finds who can detect the failures of steps that lose their functions. */
export class WorkFinder {
  readonly #context: PassContext;
  readonly #steps: ReadonlyMap<string, Step>;

  constructor(context: PassContext) {
    this.#context = context;
    this.#steps = new Map(context.analysis.flow.steps.map((step) => [step.id, step]));
  }

  /**
   * The work to attach for `step`, whose value is `pure`. Undefined if the step may fail and nothing else could detect that
   * before its readers run: a reader that tolerates a missing value, or is skipped, would not fail.
   */
  find(step: Step, pure: PureValue): WorkToAttach | undefined {
    const uses = [...usesOf(step.input), ...usesOf(pure.value)].filter((use) => this.#mayMiss(use));
    if (uses.some(({ gates, reference }) => gates.length > 0 || reference.kind === 'variable')) return undefined;
    const missing = uses.flatMap(({ reference }) => (reference.kind === 'variable' ? [] : [reference]));
    const texts = pure.texts.filter((reading) => !this.#isText(reading));
    const required = withoutImplied([
      ...texts.map((reading) => ({ reading, text: true })),
      ...missing.filter((reading) => !texts.includes(reading)).map((reading) => ({ reading, text: false })),
    ]);
    return this.#attach(step, required, [...stepsReadBy(step.input), ...afterOf(step)]);
  }

  /** `sources`: the steps that it waits for. */
  #attach(step: Step, required: readonly RequiredValue[], sources: readonly string[]): WorkToAttach | undefined {
    const fused: Attached[] = [];
    const requires: RequiredInput[] = [];
    for (const { reading, text } of required) {
      // If another source fails or is skipped, the step does not run, so this value may be missing without failing it.
      if (sources.some((id) => reading.kind === 'input' || id !== reading.step)) return undefined;
      if (reading.kind === 'input') {
        // The state machine cannot check a string that was spilled: it only has the marker.
        if (text || !isAlways(this.#demand(step.id))) return undefined;
        requires.push({ path: reading.path, step: step.id });
      } else {
        if (!this.canAttach(step, reading, text)) return undefined;
        fused.push({ to: reading.step, step: step.id, path: reading.path.text, ...(text && { does: 'check-text' }) });
      }
    }
    return { attached: fused, requires };
  }

  /** Whether the function of the step that is read can do the work of `step`, exactly when `step` would run. */
  canAttach(step: Step, { step: source, path }: StepReference, mayFailOtherwise: boolean): boolean {
    const host = this.#steps.get(source);
    if (
      !host ||
      builtinOf(host) ||
      host.added ||
      host.waits ||
      !isSameDemand(this.#demand(step.id), this.#demand(source))
    )
      return false;
    const { onError } = host;
    // An onError of the host would also handle a failure of the step.
    if (mayFailOtherwise) return onError.action === 'fail';
    if (onError.action !== 'useDefault') return true;
    return onError.value.kind === 'literal' && resultAt(onError.value.value, path.path) !== undefined;
  }

  #demand(id: string): Demand {
    return this.#context.analysis.demand.get(id) ?? [];
  }

  #mayMiss({ reference, lenient }: Use): boolean {
    if (lenient || isAlwaysThere(reference)) return false;
    if (reference.kind === 'variable') return true;
    if (isWhole(reference.path)) return false;
    if (reference.kind === 'input')
      return schemaOfGuaranteed(this.#context.analysis.flow.inputSchema, reference.path.path) === undefined;
    return !this.#isOfKnownShape(reference);
  }

  /** Whether the result of a step's component always has the path. */
  #isOfKnownShape({ step: id, path }: StepReference): boolean {
    const step = this.#steps.get(id);
    if (!step || this.#context.isOpaque(step) || step.onError.action === 'useDefault') return false;
    const field = callsBuiltin(step, 'put_blob') ? 'blob_id' : callsBuiltin(step, 'get_blob') ? 'data' : undefined;
    return path.text === field;
  }

  #isText(reading: Reading): boolean {
    if (reading.kind === 'step') return false;
    const schema = schemaOfGuaranteed(this.#context.analysis.flow.inputSchema, reading.path.path);
    return schema !== undefined && isStringSchema(schema);
  }
}

/** Drops duplicates, and each value that is implied by a longer path through it. */
function withoutImplied(values: readonly RequiredValue[]): readonly RequiredValue[] {
  const seen = new Set<string>();
  const keys = values.map(({ reading }) => keyOf(reading, stagesOf(reading.path.text)));
  const implied = new Set(
    values.flatMap(({ reading }) => {
      const stages = stagesOf(reading.path.text);
      return stages.slice(1).map((_, at) => keyOf(reading, stages.slice(0, at + 1)));
    }),
  );
  return values.filter(({ text }, at) => {
    const key = keys[at] ?? '';
    if ((implied.has(key) && !text) || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

const keyOf = (reading: Reading, stages: readonly string[]): string =>
  [reading.kind === 'step' ? `step ${reading.step}` : 'input', ...stages].join('*');
