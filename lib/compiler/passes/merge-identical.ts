import { type Flow, mapFlow, mapStep, type Step } from '../../flow/flow.ts';
import { callsBuiltin } from '../analyse/builtins.ts';
import { type Demand, isAlways, isSameDemand } from '../analyse/demand.ts';
import { keyOf } from '../analyse/key-of.ts';
import { mapReferences, type Replace } from './map-references.ts';
import { type AbsorbedStep, asAbsorbed, type FlowPass, type PassContext, type Rewritten } from './pass.ts';

const NAME = 'merge-identical';

/** The built-in components that give the same for the same input, whenever and however often they are called. */
const DETERMINISTIC = ['extract', 'extract_multiple', 'create_messages', 'noop', 'get_blob', 'put_blob'] as const;

/** Steps that do the very same become one. */
export const mergeIdentical: FlowPass<'merge-identical'> = {
  rewrites: 'flow',
  name: NAME,
  title: 'pure steps that do the same become one',
  rewrite: (context) => {
    const rewritten = merge(context);
    return rewritten.absorbed.length > 0 ? rewritten : undefined;
  },
};

function merge(context: PassContext): Rewritten {
  const { flow, running, sinks } = context.analysis;
  const runs = new Set(running);
  const groups = groupsIn(context);
  const keeps = new Map(
    groups.flatMap(({ representative: kept, duplicates: others }) =>
      others.map(({ id }): [string, string] => [id, kept.id]),
    ),
  );
  const replace = renaming(keeps);
  const same = new Map(groups.map(({ representative: kept, duplicates: others }) => [kept.id, others]));
  const results = flow.output ? {} : { sinks: sinks.map(({ id, value }) => ({ id, value })) };
  const steps = flow.steps.filter(({ id }) => runs.has(id) && !keeps.has(id));
  const written: Flow = { ...flow, ...results, steps: steps.map((step) => withWorkOf(step, same.get(step.id) ?? [])) };
  return {
    flow: mapFlow(written, (expression) => mapReferences(expression, replace)),
    absorbed: groups.flatMap(({ representative: kept, duplicates: others }) =>
      others.map((step) => duplicateOf(step, kept)),
    ),
    changes: groups.flatMap(({ representative: kept, duplicates: others }) =>
      others.map(({ id }) => ({ steps: [id], what: `is the same as ${JSON.stringify(kept.id)}` })),
    ),
  };
}

const duplicateOf = (step: Step, kept: Step): AbsorbedStep => ({
  ...asAbsorbed(step, NAME),
  sources: [kept.id],
  same: true,
});

const renaming =
  (names: ReadonlyMap<string, string>): Replace =>
  (reference) => {
    const name = names.get(reference.step);
    return name === undefined ? reference : { ...reference, step: name };
  };

/** Steps that do the same, and the one of them that stands for all. */
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
        mapStep(step, (expression) => mapReferences(expression, replace)),
        context,
      );
    if (!step || key === undefined) continue;
    const alike = found.get(key);
    if (!alike) found.set(key, new IdenticalSteps(step, demand.get(id) ?? []));
    else if (alike.add(step, demand.get(id) ?? [])) firsts.set(id, alike.first.id);
  }
  return [...found.values()].flatMap(({ group }) => group ?? []);
}

/** Steps that say the same, of which one may stand for all. */
class IdenticalSteps {
  readonly first: Step;
  readonly #demand: Demand;
  readonly #others: Step[] = [];
  /** The first that is always wanted. */
  #always: Step | undefined;
  #hasFused: boolean;
  #isEven = true;

  constructor(first: Step, demand: Demand) {
    this.first = first;
    this.#demand = demand;
    this.#always = isAlways(demand) ? first : undefined;
    this.#hasFused = first.attachedWork !== undefined;
  }

  /**
   * Takes a step in, where one can stand for it too: it is wanted whenever the others are, or one of them always, so that
   * nothing more has to be waited for to know that; and no further step is part of one of them that is wanted less often.
   */
  add(step: Step, demand: Demand): boolean {
    const isEven = this.#isEven && isSameDemand(this.#demand, demand);
    const always = this.#always ?? (isAlways(demand) ? step : undefined);
    const hasFused = this.#hasFused || step.attachedWork !== undefined;
    if (!isEven && (always === undefined || hasFused)) return false;
    this.#isEven = isEven;
    this.#always = always;
    this.#hasFused = hasFused;
    this.#others.push(step);
    return true;
  }

  /** Undefined for one step alone. What always runs stands for what runs sometimes. */
  get group(): Group | undefined {
    const kept = this.#always ?? this.first;
    const all = [this.first, ...this.#others];
    return all.length > 1 ? { representative: kept, duplicates: all.filter((step) => step !== kept) } : undefined;
  }
}

/** A text that is the same for steps that do the same; undefined for those that must not be merged. */
function keyOfStep(step: Step, { isOpaque }: PassContext): string | undefined {
  const { input, skipIf, onError, added } = step;
  const name = DETERMINISTIC.find((own) => callsBuiltin(step, own));
  if (name === undefined || added || isOpaque(step)) return undefined;
  const handling = onError.action === 'useDefault' ? { ...onError, value: keyOf(onError.value) } : onError;
  return JSON.stringify([name, keyOf(input), skipIf ? keyOf(skipIf) : null, handling]);
}

/** A step with all that those have to do for which it stands. */
function withWorkOf(step: Step, same: readonly Step[]): Step {
  if (same.length === 0) return step;
  const fused = [step, ...same].flatMap((one) => one.attachedWork ?? []);
  const mustExecute = [step, ...same].some((one) => one.mustExecute);
  return { ...step, mustExecute, ...(fused.length > 0 && { attachedWork: fused }) };
}
