import type { Expression } from '../../flow/expression.ts';
import type { Step } from '../../flow/flow.ts';
import type { Json } from '../../protocol/json.ts';
import { type Builtin, builtinOf, inputField, literalWait } from '../analyse/builtins.ts';
import type { PlannedStep } from '../plan/plan.ts';

/** The built-in component that a step runs as states of the state machine; undefined where it calls a function. */
export function builtinAsStates({ step, inner }: Pick<PlannedStep, 'step' | 'inner'>): Builtin | undefined {
  const builtin = builtinOf(step);
  // A flow that is only known at run time is run by the component's function.
  const isKnown = builtin === 'sleep' ? waitsInTime(step) : inner !== undefined;
  return isKnown ? builtin : undefined;
}

/** Whether a `sleep` of known length ends before the step's timeout: otherwise a function fails with it. */
function waitsInTime(step: Step): boolean {
  const wait = literalWait(step);
  return wait !== undefined && (step.timeout === undefined || wait <= step.timeout * 1000);
}

/** A field of a step's input; null where it is absent. */
export const fieldOf = ({ step }: PlannedStep, name: string): Expression =>
  inputField(step, name) ?? { kind: 'literal', value: null, span: step.componentSpan };

// Source: the language's own default for `max_iterations`.
const DEFAULT_ROUNDS = 1000;

/** The `max_iterations` of an `iterate`: the language's own where the flow has none. */
export const maxIterations = (planned: PlannedStep): Expression =>
  inputField(planned.step, 'max_iterations') ?? { ...fieldOf(planned, ''), kind: 'literal', value: DEFAULT_ROUNDS };

/** Whether a value is a `max_iterations` that the language allows. */
const isRounds = (value: Json): value is number => typeof value === 'number' && Number.isInteger(value) && value >= 1;

/** How many rounds an `iterate` has at most, where the flow says it. */
export function knownRounds(planned: PlannedStep): number | undefined {
  const most = maxIterations(planned);
  return most.kind === 'literal' && isRounds(most.value) ? most.value : undefined;
}
