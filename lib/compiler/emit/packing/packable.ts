import { allWithin, type Expression, type ReadPath } from '../../../flow/expression.ts';
import { mayFailIn } from '../../analyse/questions.ts';
import { isStepUse, type StepUse, usesOf } from '../../analyse/uses.ts';
import { usesOfClauses } from '../../plan/condition-graph.ts';
import { fusedStepsOf, type Plan, type PlannedStep } from '../../plan/plan.ts';
import { builtinAsStates } from '../builtin-states.ts';

/** A value that a function takes for its input, and that it may as well take from a blob of many. */
export interface Taken {
  readonly path: ReadPath;
  /** Whether the state machine asks for the reader if the value is missing or was skipped. */
  readonly isAsked: boolean;
}

/** The values that a step takes, by {@link valueKey}. Those that the state machine itself needs are not among them. */
export function takenBy(planned: PlannedStep): ReadonlyMap<string, Taken> {
  const taken = new Map<string, Taken>();
  if (builtinAsStates(planned)) return taken;
  const inputs = fusedStepsOf(planned).map(({ step }) => step.input);
  // Whether an operator's operands do not fit it is only asked where nothing was skipped.
  const isAnyAsked = inputs.some(mayFailIn);
  for (const { reference, lenient } of inputs.flatMap((input) => usesOf(input)).filter(isValueUse)) {
    const key = valueKey(reference.step, reference.path.text);
    const isAsked = isAnyAsked || lenient || reference.onSkip !== undefined || taken.get(key)?.isAsked === true;
    taken.set(key, { path: reference.path, isAsked });
  }
  for (const { reference } of usesOfStateMachine(planned)) taken.delete(valueKey(reference.step, reference.path.text));
  return taken;
}

/** Identifies a value: the id of the step that makes it, which has no space, and the key of its slot. */
export const valueKey = (step: string, key: string): string => `${step} ${key}`;

const isValueUse = (use: ReturnType<typeof usesOf>[number]): use is StepUse => isStepUse(use) && use.test === undefined;

/** What is evaluated before or after the call of the function. */
function usesOfStateMachine({ uses, demand = [] }: PlannedStep): readonly StepUse[] {
  return [...uses.skipIf, ...uses.fallback, ...usesOfClauses(demand)].filter(isValueUse);
}

/** The values that the state machine asks for by name, whether they are missing: those in lists and maps that are tested. */
export const namedIn = ({ steps }: Plan): ReadonlySet<string> =>
  new Set([...steps.values()].flatMap(fusedStepsOf).flatMap(({ step }) => inTestedWholes(step.input)));

/** The values in lists and maps that are tested. */
function inTestedWholes(input: Expression): readonly string[] {
  const tested = allWithin(input).flatMap((one): readonly Expression[] => {
    if (one.kind === 'if') return [one.condition];
    return one.kind === 'coalesce' ? one.items : [];
  });
  const wholes = tested.flatMap((one) => allWithin(one).filter(({ kind }) => kind === 'list' || kind === 'map'));
  return wholes.flatMap(allWithin).flatMap((one) => (one.kind === 'step' ? [valueKey(one.step, one.path.text)] : []));
}
