import type { Flow, Step } from '../../flow/flow.ts';
import { callsBuiltin } from '../builtins.ts';
import { isAlways, isSameDemand } from '../demand.ts';
import { groupBy } from './group-by.ts';
import { keyOf } from './key-of.ts';
import { mapExpressions, mapReferences, mapStep, type Replace } from './map-references.ts';
import { type AbsorbedStep, absorb, type Pass, type PassContext, type Rewritten } from './pass.ts';

const NAME = 'merge-identical';

/** The built-in components that give the same for the same input, whenever and however often they are called. */
const DETERMINISTIC = ['extract', 'extract_multiple', 'create_messages', 'noop', 'get_blob', 'put_blob'] as const;

/** Steps that do the very same become one. */
export const mergeIdentical: Pass = {
  name: NAME,
  title: 'pure steps that do the same become one',
  rewrite: (context) => {
    const rewritten = merge(context);
    return rewritten.absorbed.length > 0 ? rewritten : undefined;
  },
};

function merge(context: PassContext): Rewritten {
  const { flow, order, running, sinks } = context.analysis;
  const steps = new Map(flow.steps.map((step) => [step.id, step]));
  const runs = new Set(running);
  const first = new Map<string, Step>();
  const keeps = new Map<string, Step>();
  const replace: Replace = (reference) => {
    const kept = keeps.get(reference.step);
    return kept ? { ...reference, step: kept.id } : reference;
  };
  for (const id of order) {
    const step = runs.has(id) ? steps.get(id) : undefined;
    const key =
      step &&
      keyOfStep(
        mapStep(step, (expression) => mapReferences(expression, replace)),
        context,
      );
    if (!step || key === undefined) continue;
    const known = first.get(key);
    if (!known) first.set(key, step);
    else if (canShare(known, step, context)) keeps.set(id, known);
  }
  const same = groupBy(
    [...keeps],
    ([, { id }]) => id,
    ([id]) => steps.get(id),
  );
  const results = flow.output ? {} : { sinks: sinks.map(({ id, value }) => ({ id, value })) };
  const kept = flow.steps.filter(({ id }) => runs.has(id) && !keeps.has(id));
  const written: Flow = { ...flow, ...results, steps: kept.map((step) => withDuties(step, same.get(step.id) ?? [])) };
  const absorbed = [...keeps].flatMap(([id, { id: source }]): AbsorbedStep[] => {
    const step = steps.get(id);
    return step ? [{ ...absorb(step, NAME), sources: [source], same: true }] : [];
  });
  const changes = absorbed.map(({ id, sources }) => ({
    steps: [id],
    what: `is the same as ${JSON.stringify(sources[0])}`,
  }));
  return { flow: mapExpressions(written, (expression) => mapReferences(expression, replace)), absorbed, changes };
}

/** A text that is the same for steps that do the same; undefined for those that must not be merged. */
function keyOfStep(step: Step, { isOpaque }: PassContext): string | undefined {
  const { input, skipIf, onError, added } = step;
  const name = DETERMINISTIC.find((own) => callsBuiltin(step, own));
  if (name === undefined || added || isOpaque(step)) return undefined;
  const handling = onError.action === 'useDefault' ? { ...onError, value: keyOf(onError.value) } : onError;
  return JSON.stringify([name, keyOf(input), skipIf ? keyOf(skipIf) : null, handling]);
}

/**
 * Whether one step can stand for both: it is wanted whenever the other is, or always, so that it has to wait for nothing
 * more to know that; and no third step that is part of one of them is wanted less often.
 */
function canShare(one: Step, other: Step, { analysis: { demand } }: PassContext): boolean {
  const [first = [], second = []] = [demand.get(one.id), demand.get(other.id)];
  if (isSameDemand(first, second)) return true;
  return (isAlways(first) || isAlways(second)) && !one.fused && !other.fused;
}

/** A step with all that those have to do for which it stands. */
function withDuties(step: Step, same: readonly Step[]): Step {
  if (same.length === 0) return step;
  const fused = [step, ...same].flatMap((one) => one.fused ?? []);
  const mustExecute = [step, ...same].some((one) => one.mustExecute);
  return { ...step, mustExecute, ...(fused.length > 0 && { fused }) };
}
