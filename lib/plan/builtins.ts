import type { Expression } from '../flow/expression.ts';
import type { Step } from '../flow/flow.ts';

/** The built-in components that become states of their own in place of a function. */
const NAMES = ['map', 'eval', 'iterate', 'sleep'] as const;

/** One of the built-in components that the compiler knows. */
export type Builtin = (typeof NAMES)[number];

/** Whether a step calls the built-in component of that name: `/builtin/NAME`, or `/NAME` alone. */
export const callsBuiltin = ({ component }: Pick<Step, 'component'>, name: string): boolean =>
  component === `/builtin/${name}` || component === `/${name}`;

/** The built-in component that a step calls, where the compiler knows it. */
export const builtinOf = (step: Pick<Step, 'component'>): Builtin | undefined =>
  NAMES.find((name) => callsBuiltin(step, name));

/** A field of a step's input, where the input is written as a map. */
export function inputField({ input }: Step, name: string): Expression | undefined {
  const entries = input.kind === 'map' || input.kind === 'literal' ? input.entries : undefined;
  return entries?.find(({ key }) => key === name)?.value;
}

/** The milliseconds of a `sleep` that is written out; undefined where a function has to check them first. */
export function literalWait(step: Step): number | undefined {
  if (!callsBuiltin(step, 'sleep') || step.input.kind !== 'literal') return undefined;
  const duration = inputField(step, 'duration_ms');
  if (duration?.kind !== 'literal' || typeof duration.value !== 'number') return undefined;
  return Number.isInteger(duration.value) && duration.value >= 0 ? duration.value : undefined;
}
