import { type Expression, literal } from '../../flow/expression.ts';
import type { Step } from '../../flow/flow.ts';
import { isObject } from '../../protocol/json.ts';

/** The built-in components that become states instead of calling a function. */
const NAMES = ['map', 'eval', 'iterate', 'sleep'] as const;

/** One of these components. */
export type Builtin = (typeof NAMES)[number];

/** Further names of built-in components, used in the guide. */
const ALIASES: { readonly [path: string]: string } = { '/data/extract_multiple': 'extract_multiple' };

/** Whether a step calls the built-in component of that name: as `/builtin/NAME`, as `/NAME`, or by an alias. */
export const callsBuiltin = ({ component }: Pick<Step, 'component'>, name: string): boolean =>
  component === `/builtin/${name}` || component === `/${name}` || ALIASES[component] === name;

/** The built-in component of a step that becomes states; undefined for a step that calls a function. */
export const builtinOf = (step: Pick<Step, 'component'>): Builtin | undefined =>
  NAMES.find((name) => callsBuiltin(step, name));

/** The expression of a field of a step's input, if the input is written as a map. */
export const inputField = ({ input }: Pick<Step, 'input'>, name: string): Expression | undefined =>
  fieldsOf(input)?.find(([key]) => key === name)?.[1];

/** The fields of an expression that is written as a map; undefined for any other. */
export function fieldsOf(value: Expression): readonly (readonly [key: string, value: Expression])[] | undefined {
  const entries = value.kind === 'map' || value.kind === 'literal' ? value.entries : undefined;
  if (entries) return entries.map((entry) => [entry.key, entry.value]);
  // A map that is a variable's value has no entries with positions of their own.
  if (value.kind !== 'literal' || value.secret !== undefined || !isObject(value.value)) return undefined;
  return Object.entries(value.value).map(([key, own]) => [key, literal(own, value.span)]);
}

/** How many items a `map` has, where its list is written in the flow. */
export function writtenItems(step: Pick<Step, 'input'>): number | undefined {
  const items = inputField(step, 'items');
  if (items?.kind === 'list') return items.items.length;
  return items?.kind === 'literal' && Array.isArray(items.value) ? items.value.length : undefined;
}

/** Whether a `map` fails with the first of its items that fails; undefined where only a run knows. */
export function failsWithItem(step: Pick<Step, 'input'>): boolean | undefined {
  const written = inputField(step, 'on_failure');
  return written === undefined || written.kind === 'literal' ? written?.value === 'fail' : undefined;
}

/** The `max_concurrency` of a `map`, where it is written in the flow. */
export function writtenConcurrency(step: Pick<Step, 'input'>): number | undefined {
  const limit = inputField(step, 'max_concurrency');
  return limit?.kind === 'literal' && typeof limit.value === 'number' ? limit.value : undefined;
}

/** The milliseconds of a `sleep` if they are a valid literal; otherwise undefined: a function has to check them first. */
export function literalWait(step: Step): number | undefined {
  if (!callsBuiltin(step, 'sleep') || step.input.kind !== 'literal') return undefined;
  const duration = inputField(step, 'duration_ms');
  if (duration?.kind !== 'literal' || typeof duration.value !== 'number') return undefined;
  return Number.isInteger(duration.value) && duration.value >= 0 ? duration.value : undefined;
}
