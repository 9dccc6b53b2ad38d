import type { Template } from '../../../asl/state-machine.ts';
import type { Json } from '../../../protocol/json.ts';
import type { Evaluated, Templated } from '../../../protocol/templated.ts';
import { allOf, anyOf, eitherOf, oppositeOf, written } from './code.ts';
import { fn } from './locals.ts';
import { type Jsonata, quote } from './syntax.ts';

export { balanced, FALSE, type Jsonata, object, quote, TRUE } from './syntax.ts';

/** A JSON value in JSONata, which never flattens lists in a literal. */
export const constant = (value: Json): Jsonata => JSON.stringify(value);

/** The value of an object's key, exactly: neither mapped over lists nor unwrapped, as `a.b` would be. */
export const lookup = (object: Jsonata, key: string): Jsonata => `$lookup(${object}, ${quote(key)})`;

/** Some of a step's slots, with `$skipped` and `$missing`. */
export function pick(slots: Jsonata, keys: readonly string[]): Jsonata {
  const isPicked = `$key in [${[...keys, '$skipped', '$missing'].map(quote).join(', ')}]`;
  return `$sift(${slots}, ${fn(['$value', '$key'], isPicked)})`;
}

/** A variable of the state machine. */
export const variable = (name: string): Jsonata => `$${name}`;

/** A JSONata expression as a value of a template. */
export const evaluated = (expression: Jsonata): Evaluated => `{% ${expression} %}`;

/** A template for a constant value, even where a string in it looks like an expression. */
export function verbatim<T extends Json>(value: T): Templated<T>;
export function verbatim(value: Json): Template {
  if (typeof value === 'string') return /^\{%[\s\S]*%\}$/.test(value) ? evaluated(quote(value)) : value;
  if (Array.isArray(value)) return value.map((item) => verbatim(item));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, verbatim(item)]));
}

/** Whether all conditions hold. */
export const all = (conditions: readonly Jsonata[]): Jsonata => written(allOf(conditions));

/** Whether any condition holds. */
export const any = (conditions: readonly Jsonata[]): Jsonata => written(anyOf(conditions));

/** The opposite. */
export const not = (condition: Jsonata): Jsonata => written(oppositeOf(condition));

/** One of two values. */
export const choose = (condition: Jsonata, consequent: Jsonata, alternative: Jsonata): Jsonata =>
  written(eitherOf(condition, consequent, alternative));
