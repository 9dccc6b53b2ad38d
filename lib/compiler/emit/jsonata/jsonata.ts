import type { Template } from '../../../asl/state-machine.ts';
import type { Json } from '../../../protocol/json.ts';
import type { Evaluated, Plain, Templated } from '../../../protocol/templated.ts';
import { allOf, anyOf, eitherOf, oppositeOf, written } from './code.ts';
import { fn } from './locals.ts';
import { type Jsonata, jsonata, list, quote } from './syntax.ts';

export {
  balanced,
  block,
  constant,
  EMPTY,
  FALSE,
  type Jsonata,
  jsonata,
  list,
  object,
  quote,
  TRUE,
  variable,
} from './syntax.ts';

/** The value of an object's key, exactly: neither mapped over lists nor unwrapped, as `a.b` would be. */
export const lookup = (object: Jsonata, key: string): Jsonata => jsonata`$lookup(${object}, ${quote(key)})`;

/** Some of a step's slots, with `$skipped` and `$missing`. */
export function pick(slots: Jsonata, keys: readonly string[]): Jsonata {
  const isPicked = jsonata`$key in ${list([...keys, '$skipped', '$missing'].map(quote))}`;
  return jsonata`$sift(${slots}, ${fn(['$value', '$key'], isPicked)})`;
}

/** A JSONata expression as a value of a template. */
export const evaluated = (expression: Jsonata): Evaluated => `{% ${expression} %}` as Evaluated;

/** A template for a text, even one that looks like an expression. */
export const text = (value: string): Plain | Evaluated =>
  value.startsWith('{%') ? evaluated(quote(value)) : (value as Plain);

/** A template for a constant value, even where a text in it looks like an expression. */
export function verbatim<T extends Json>(value: T): Templated<T>;
export function verbatim(value: Json): Template {
  if (typeof value === 'string') return text(value);
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
