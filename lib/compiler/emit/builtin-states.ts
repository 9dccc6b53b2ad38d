import type { Expression } from '../../flow/expression.ts';
import { type Builtin, builtinOf, inputField, literalWait } from '../analyse/builtins.ts';
import type { PlannedStep } from '../plan/plan.ts';

/** The built-in component that a step runs as states of the state machine; undefined where it calls a function. */
export function builtinAsStates({ step, inner }: Pick<PlannedStep, 'step' | 'inner'>): Builtin | undefined {
  const builtin = builtinOf(step);
  // A flow that is only known at run time is run by the component's function.
  const isKnown = builtin === 'sleep' ? literalWait(step) !== undefined : inner !== undefined;
  return isKnown ? builtin : undefined;
}

/** A field of a step's input; null where it is absent. */
export const fieldOf = ({ step }: PlannedStep, name: string): Expression =>
  inputField(step, name) ?? { kind: 'literal', value: null, span: step.componentSpan };

/** How many items a `map` has, where its list is written in the flow. */
export function knownItems(planned: PlannedStep): number | undefined {
  const items = fieldOf(planned, 'items');
  if (items.kind === 'list') return items.items.length;
  return items.kind === 'literal' && Array.isArray(items.value) ? items.value.length : undefined;
}
