import { type Expression, mapChildren, type StepReference } from '../../flow/expression.ts';
import { expressionsIn, type Flow } from '../../flow/flow.ts';
import type { Analysis } from '../analyse/analysis.ts';
import { isStepUse, stepsReadBy } from '../analyse/uses.ts';

/** The distinct references to each step's result, except in steps that never run. */
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

/** The ids of all steps that a flow reads. */
export const stepsReadIn = (flow: Flow): ReadonlySet<string> => new Set(expressionsIn(flow).flatMap(stepsReadBy));

/** The replacement for a reference to a step; the reference itself to keep it. */
export type Replace = (reference: StepReference) => Expression;

/** Replaces the references to steps in an expression. Parts that do not change stay the same objects. */
export function mapReferences(expression: Expression, replace: Replace): Expression {
  if (expression.kind === 'step') return replace(expression);
  return mapChildren(expression, (child) => mapReferences(child, replace));
}
