import type { Flow, Preceding, Step } from '../../flow/flow.ts';
import { afterOf } from '../../flow/flow.ts';
import { isStepUse, type Use } from '../analyse/uses.ts';

/** What takes the place of a step in the `after` of others; the step's own id alone to keep it. */
type ReplacePreceding = (id: string) => readonly string[];

/** Replaces steps in the `after` of a step, and adds more to it. Returns the same object if nothing changes. */
export function withPreceding(step: Step, replace: ReplacePreceding, more: readonly string[] = []): Step {
  const ids = [...new Set([...afterOf(step).flatMap(replace), ...more])];
  const { after: before = [], ...rest } = step;
  if (ids.length === before.length && ids.every((id, at) => id === before[at]?.step)) return step;
  const after = ids.map((id): Preceding => before.find((one) => one.step === id) ?? { step: id, span: step.idSpan });
  return after.length > 0 ? { ...rest, after } : rest;
}

/** The steps that are in the `after` of others. */
export const precedingIn = ({ steps }: Pick<Flow, 'steps'>): ReadonlySet<string> => new Set(steps.flatMap(afterOf));

/** The steps that are read under no condition: whenever their reader runs, it waits for these, and wants them. */
export const certainlyRead = (uses: readonly Use[]): ReadonlySet<string> =>
  new Set(
    uses
      .filter(({ gates }) => gates.length === 0)
      .filter(isStepUse)
      .map(({ reference }) => reference.step),
  );
