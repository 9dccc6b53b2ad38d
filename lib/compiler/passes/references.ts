import type { StepReference } from '../../flow/expression.ts';
import { expressionsIn, type Flow } from '../../flow/flow.ts';
import type { Analysis } from '../analyse/analysis.ts';
import { isStepUse, stepsReadBy } from '../analyse/uses.ts';

/** The references to each step's result, wherever they stand, each once. Those of steps that never run are left out. */
export function referencesTo({ uses, sinks, running }: Analysis): ReadonlyMap<string, readonly StepReference[]> {
  const found = new Map<string, Set<StepReference>>();
  const steps = running.flatMap((id) => uses.steps.get(id) ?? []);
  const all = [
    ...steps.flatMap(({ input, skipIf, fallback }) => [...input, ...skipIf, ...fallback]),
    ...uses.output,
    ...sinks.flatMap((sink) => sink.uses),
  ];
  for (const { reference } of all.filter(isStepUse)) {
    const known = found.get(reference.step);
    if (known) known.add(reference);
    else found.set(reference.step, new Set([reference]));
  }
  return new Map([...found].map(([id, references]) => [id, [...references]]));
}

/** The ids of the steps that anything in a flow reads. */
export const stepsReadIn = (flow: Flow): ReadonlySet<string> => new Set(expressionsIn(flow).flatMap(stepsReadBy));
