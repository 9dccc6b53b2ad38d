import { type Expression, literal } from '../../flow/expression.ts';
import type { Step } from '../../flow/flow.ts';
import { isObject } from '../../protocol/json.ts';

/** The built-in components that become states of their own in place of a function. */
const NAMES = ['map', 'eval', 'iterate', 'sleep'] as const;

/** One of the built-in components that the compiler knows. */
export type Builtin = (typeof NAMES)[number];

/** Names that the guide has for built-in components beside their own. */
const ALIASES: { readonly [path: string]: string } = { '/data/extract_multiple': 'extract_multiple' };

/** Whether a step calls the built-in component of that name: `/builtin/NAME`, or `/NAME` alone, or by an alias. */
export const callsBuiltin = ({ component }: Pick<Step, 'component'>, name: string): boolean =>
  component === `/builtin/${name}` || component === `/${name}` || ALIASES[component] === name;

/** The built-in component that a step calls, where the compiler knows it. */
export const builtinOf = (step: Pick<Step, 'component'>): Builtin | undefined =>
  NAMES.find((name) => callsBuiltin(step, name));

/** A field of a step's input, where the input is written as a map. */
export const inputField = ({ input }: Pick<Step, 'input'>, name: string): Expression | undefined =>
  fieldsOf(input)?.find(([key]) => key === name)?.[1];

/** The fields of a value that is written as a map. */
export function fieldsOf(value: Expression): readonly (readonly [key: string, value: Expression])[] | undefined {
  const entries = value.kind === 'map' || value.kind === 'literal' ? value.entries : undefined;
  if (entries) return entries.map((entry) => [entry.key, entry.value]);
  // That of a variable has no places of its own.
  if (value.kind !== 'literal' || value.secret !== undefined || !isObject(value.value)) return undefined;
  return Object.entries(value.value).map(([key, own]) => [key, literal(own, value.span)]);
}

/** The milliseconds of a `sleep` that is written out; undefined where a function has to check them first. */
export function literalWait(step: Step): number | undefined {
  if (!callsBuiltin(step, 'sleep') || step.input.kind !== 'literal') return undefined;
  const duration = inputField(step, 'duration_ms');
  if (duration?.kind !== 'literal' || typeof duration.value !== 'number') return undefined;
  return Number.isInteger(duration.value) && duration.value >= 0 ? duration.value : undefined;
}
