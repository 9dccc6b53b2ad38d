import { afterOf, type Flow, mapFlow, mapStep, type Step } from '../../flow/flow.ts';
import { callsBuiltin } from '../analyse/builtins.ts';
import { type Demand, isAlways, isSameDemand } from '../analyse/demand.ts';
import { keyOf } from '../analyse/key-of.ts';
import { type AbsorbedStep, asAbsorbed, type FlowPass, type PassContext, type Rewritten } from './pass.ts';
import { withPreceding } from './preceding.ts';
import { mapReferences, type Replace } from './references.ts';

const NAME = 'merge-identical';

/** The built-in components whose result only depends on their input, and that may be called any number of times. */
const DETERMINISTIC = ['extract', 'extract_multiple', 'create_messages', 'noop', 'get_blob', 'put_blob'] as const;

/** Common subexpression elimination on steps: identical steps become one. */
export const mergeIdentical: FlowPass<'merge-identical'> = {
  rewrites: 'flow',
  name: NAME,
  title: 'identical pure steps become one',
  rewrite: (context) => {
    const rewritten = merge(context);
    return rewritten.absorbed.length > 0 ? rewritten : undefined;
  },
};

function merge(context: PassContext): Rewritten {
  const { flow, running, sinks } = context.analysis;
  const runs = new Set(running);
  const groups = groupsIn(context);
  const replacements = new Map(
    groups.flatMap(({ representative, duplicates }) =>
      duplicates.map(({ id }): [string, string] => [id, representative.id]),
    ),
  );
  const replace = renaming(replacements);
  const duplicatesOf = new Map(groups.map(({ representative, duplicates }) => [representative.id, duplicates]));
  const results = flow.output ? {} : { sinks: sinks.map(({ id, value }) => ({ id, value })) };
  const steps = flow.steps.filter(({ id }) => runs.has(id) && !replacements.has(id));
  const written: Flow = {
    ...flow,
    ...results,
    steps: steps.map((step) => withWorkOf(step, duplicatesOf.get(step.id) ?? [])),
  };
  return {
    flow: inOrder(
      mapFlow(written, (expression) => mapReferences(expression, replace)),
      replacements,
    ),
    absorbed: groups.flatMap(({ representative, duplicates }) =>
      duplicates.map((step) => duplicateOf(step, representative)),
    ),
    changes: groups.flatMap(({ representative, duplicates }) =>
      duplicates.map(({ id }) => ({ steps: [id], what: `is the same as ${JSON.stringify(representative.id)}` })),
    ),
  };
}

/** A flow in which the steps that come after duplicates come after those that replace them. */
const inOrder = (flow: Flow, names: ReadonlyMap<string, string>): Flow => ({
  ...flow,
  steps: flow.steps.map((step) => withPreceding(step, (id) => [names.get(id) ?? id])),
});

const duplicateOf = (step: Step, representative: Step): AbsorbedStep => ({
  ...asAbsorbed(step, NAME),
  sources: [representative.id],
  same: true,
});

const renaming =
  (names: ReadonlyMap<string, string>): Replace =>
  (reference) => {
    const name = names.get(reference.step);
    return name === undefined ? reference : { ...reference, step: name };
  };

/** Identical steps: the one that is kept, and those that it replaces. */
interface Group {
  readonly representative: Step;
  readonly duplicates: readonly Step[];
}

function groupsIn(context: PassContext): readonly Group[] {
  const { flow, order, running, demand } = context.analysis;
  const steps = new Map(flow.steps.map((step) => [step.id, step]));
  const runs = new Set(running);
  const found = new Map<string, IdenticalSteps>();
  const firsts = new Map<string, string>();
  const replace = renaming(firsts);
  for (const id of order) {
    const step = runs.has(id) ? steps.get(id) : undefined;
    const key =
      step &&
      keyOfStep(
        withPreceding(
          mapStep(step, (expression) => mapReferences(expression, replace)),
          (before) => [firsts.get(before) ?? before],
        ),
        context,
      );
    if (!step || key === undefined) continue;
    const identical = found.get(key);
    if (!identical) found.set(key, new IdenticalSteps(step, demand.get(id) ?? []));
    else if (identical.add(step, demand.get(id) ?? [])) firsts.set(id, identical.first.id);
  }
  return [...found.values()].flatMap(({ group }) => group ?? []);
}

/** Steps with the same key that one of them can replace. */
class IdenticalSteps {
  readonly first: Step;
  readonly #demand: Demand;
  readonly #others: Step[] = [];
  /** The first that is always needed. */
  #always: Step | undefined;
  #hasAttachedWork: boolean;
  #hasOneDemand = true;

  constructor(first: Step, demand: Demand) {
    this.first = first;
    this.#demand = demand;
    this.#always = isAlways(demand) ? first : undefined;
    this.#hasAttachedWork = first.attachedWork !== undefined;
  }

  /**
   * Adds a step if one step can replace it too: all have the same demand, or one is always needed, so that no further
   * conditions have to be evaluated first; and in the latter case, none has attached work, which would run too often.
   */
  add(step: Step, demand: Demand): boolean {
    const hasOneDemand = this.#hasOneDemand && isSameDemand(this.#demand, demand);
    const always = this.#always ?? (isAlways(demand) ? step : undefined);
    const hasAttachedWork = this.#hasAttachedWork || step.attachedWork !== undefined;
    if (!hasOneDemand && (always === undefined || hasAttachedWork)) return false;
    this.#hasOneDemand = hasOneDemand;
    this.#always = always;
    this.#hasAttachedWork = hasAttachedWork;
    this.#others.push(step);
    return true;
  }

  /** The group; undefined for a single step. A step that is always needed is preferred as the representative. */
  get group(): Group | undefined {
    const representative = this.#always ?? this.first;
    const all = [this.first, ...this.#others];
    return all.length > 1 ? { representative, duplicates: all.filter((step) => step !== representative) } : undefined;
  }
}

/** A key that is equal for identical steps; undefined for steps that must not be merged. */
function keyOfStep(step: Step, { isOpaque }: PassContext): string | undefined {
  const { input, skipIf, onError, timeout = null, added } = step;
  const name = DETERMINISTIC.find((own) => callsBuiltin(step, own));
  if (name === undefined || added || isOpaque(step)) return undefined;
  const handling = onError.action === 'useDefault' ? { ...onError, value: keyOf(onError.value) } : onError;
  const after = [...afterOf(step)].sort();
  return JSON.stringify([name, keyOf(input), skipIf ? keyOf(skipIf) : null, handling, timeout, after]);
}

/** A step that takes over the attached work and the `mustExecute` of its duplicates. */
function withWorkOf(step: Step, duplicates: readonly Step[]): Step {
  if (duplicates.length === 0) return step;
  const attachedWork = [step, ...duplicates].flatMap((one) => one.attachedWork ?? []);
  const mustExecute = [step, ...duplicates].some((one) => one.mustExecute);
  return { ...step, mustExecute, ...(attachedWork.length > 0 && { attachedWork }) };
}
