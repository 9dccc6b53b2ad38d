import type { StepReference } from '../../flow/expression.ts';
import type { RequiredInput, Step } from '../../flow/flow.ts';
import type { AttachedWork } from '../../protocol/invocation.ts';
import { resultAt, stagesOf } from '../../protocol/path.ts';
import { builtinOf, callsBuiltin } from '../analyse/builtins.ts';
import { type Demand, isAlways, isSameDemand } from '../analyse/demand.ts';
import { stepsReadBy, type Use, usesOf } from '../analyse/uses.ts';
import { isWhole } from './expression-at.ts';
import { isTextSchema, schemaOfGuaranteed } from './guaranteed-input.ts';
import type { PassContext } from './pass.ts';
import type { PureValue, Reading } from './pure-value.ts';

/** What has to be found out for a step that has no function of its own, each at the source of the value. */
export interface WorkToAttach {
  /** By the functions of steps. */
  readonly attached: readonly Attached[];
  /** Before any step starts. */
  readonly requires: readonly RequiredInput[];
}

/** A step that becomes part of the function of another. */
export interface Attached extends AttachedWork {
  /** The step whose function it becomes part of. */
  readonly to: string;
}

/** A value that has to be there, and perhaps to be a text. */
interface RequiredValue {
  readonly reading: Reading;
  readonly text: boolean;
}

/** Finds where the failures of steps without functions can be found out. */
export class WorkFinder {
  readonly #context: PassContext;
  readonly #steps: ReadonlyMap<string, Step>;

  constructor(context: PassContext) {
    this.#context = context;
    this.#steps = new Map(context.analysis.flow.steps.map((step) => [step.id, step]));
  }

  /**
   * What has to be found out for `step`, which gives `pure`; undefined where it might fail and nothing would tell before
   * its readers run: they may do without it, or be skipped.
   */
  find(step: Step, pure: PureValue): WorkToAttach | undefined {
    const uses = [...usesOf(step.input), ...usesOf(pure.value)].filter((use) => this.#mayMiss(use));
    if (uses.some(({ gates, reference }) => gates.length > 0 || reference.kind === 'variable')) return undefined;
    const missing = uses.flatMap(({ reference }) => (reference.kind === 'variable' ? [] : [reference]));
    const texts = pure.texts.filter((reading) => !this.#isText(reading));
    const needs = withoutImplied([
      ...texts.map((reading) => ({ reading, text: true })),
      ...missing.filter((reading) => !texts.includes(reading)).map((reading) => ({ reading, text: false })),
    ]);
    return this.#attach(step, needs, stepsReadBy(step.input));
  }

  #attach(step: Step, needs: readonly RequiredValue[], sources: readonly string[]): WorkToAttach | undefined {
    const fused: Attached[] = [];
    const requires: RequiredInput[] = [];
    for (const { reading, text } of needs) {
      // Until another source is there, which may fail or be skipped, nobody knows whether this is ever asked.
      if (sources.some((id) => reading.kind === 'input' || id !== reading.step)) return undefined;
      if (reading.kind === 'input') {
        // Of a text that was spilled, the state machine has no more than the marker.
        if (text || !isAlways(this.#demand(step.id))) return undefined;
        requires.push({ path: reading.path, step: step.id });
      } else {
        if (!this.canAttach(step, reading, text)) return undefined;
        fused.push({ to: reading.step, step: step.id, path: reading.path.text, ...(text && { does: 'check-text' }) });
      }
    }
    return { attached: fused, requires };
  }

  /** Whether the function of the step that `reading` is of can do what `step` does with it, whenever it runs. */
  canAttach(step: Step, { step: source, path }: StepReference, mayFailOtherwise: boolean): boolean {
    const host = this.#steps.get(source);
    if (!host || builtinOf(host) || host.added || !isSameDemand(this.#demand(step.id), this.#demand(source)))
      return false;
    const { onError } = host;
    // What stands in for a failure of the host's component would stand in for one of the step.
    if (mayFailOtherwise) return onError.action === 'fail';
    if (onError.action !== 'useDefault') return true;
    return onError.value.kind === 'literal' && resultAt(onError.value.value, path.path) !== undefined;
  }

  #demand(id: string): Demand {
    return this.#context.analysis.demand.get(id) ?? [];
  }

  #mayMiss({ reference, lenient }: Use): boolean {
    if (lenient) return false;
    if (reference.kind === 'variable') return true;
    if (reference.path.guaranteed || isWhole(reference.path)) return false;
    if (reference.kind === 'input')
      return schemaOfGuaranteed(this.#context.analysis.flow.inputSchema, reference.path.path) === undefined;
    return !this.#isOfKnownShape(reference);
  }

  /** Whether a step's component is sure to give what is read. */
  #isOfKnownShape({ step: id, path }: StepReference): boolean {
    const step = this.#steps.get(id);
    if (!step || this.#context.isOpaque(step) || step.onError.action === 'useDefault') return false;
    const field = callsBuiltin(step, 'put_blob') ? 'blob_id' : callsBuiltin(step, 'get_blob') ? 'data' : undefined;
    return path.text === field;
  }

  #isText(reading: Reading): boolean {
    if (reading.kind === 'step') return false;
    const schema = schemaOfGuaranteed(this.#context.analysis.flow.inputSchema, reading.path.path);
    return schema !== undefined && isTextSchema(schema);
  }
}

/** What is missing is found out together with what it leads to. */
function withoutImplied(needs: readonly RequiredValue[]): readonly RequiredValue[] {
  const seen = new Set<string>();
  const keys = needs.map(({ reading }) => keyOf(reading, stagesOf(reading.path.text)));
  const implied = new Set(
    needs.flatMap(({ reading }) => {
      const stages = stagesOf(reading.path.text);
      return stages.slice(1).map((_, at) => keyOf(reading, stages.slice(0, at + 1)));
    }),
  );
  return needs.filter(({ text }, at) => {
    const key = keys[at] ?? '';
    if ((implied.has(key) && !text) || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

const keyOf = (reading: Reading, stages: readonly string[]): string =>
  [reading.kind === 'step' ? `step ${reading.step}` : 'input', ...stages].join('*');
