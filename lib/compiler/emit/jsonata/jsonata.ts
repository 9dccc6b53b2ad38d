import type { Template } from '../../../asl/state-machine.ts';
import type { Json } from '../../../protocol/json.ts';
import type { Evaluated, Templated } from '../../../protocol/templated.ts';
import { fn } from './locals.ts';

/** The text of a JSONata expression. */
export type Jsonata = string;

/** A string in JSONata: its escapes are those of JSON. */
export const quote = (text: string): Jsonata => JSON.stringify(text);

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

/** The condition that always holds; {@link all}, {@link any} and {@link choose} fold it away. */
export const TRUE: Jsonata = 'true';

/** The condition that never holds. */
export const FALSE: Jsonata = 'false';

/**
 * Joins terms as a balanced tree, since AWS evaluates no expression deeper than 100 levels. `join` must be associative.
 * Undefined for no terms.
 */
export function balanced(
  terms: readonly Jsonata[],
  join: (left: Jsonata, right: Jsonata) => Jsonata,
): Jsonata | undefined {
  const half = terms.length >> 1;
  const [left, right] = half > 0 ? [balanced(terms.slice(0, half), join), balanced(terms.slice(half), join)] : [];
  return left === undefined || right === undefined ? terms[0] : join(left, right);
}

/** Lists of at most ten: each term of an operator chain is a level deeper than the next one. */
export const inTens = <T>(terms: readonly T[]): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(terms.length / 10) }, (_, at) => terms.slice(at * 10, at * 10 + 10));

function joinInTens(terms: readonly Jsonata[], operator: string): Jsonata {
  const [first = [], ...more] = inTens(terms);
  if (more.length === 0) return first.join(operator);
  const groups = [first, ...more].map((group) => group.join(operator));
  return joinInTens(groups.map(bracket), operator);
}

/** Whether all conditions hold. */
export function all(conditions: readonly Jsonata[]): Jsonata {
  const open = [...new Set(conditions)].filter((condition) => condition !== TRUE);
  if (open.includes(FALSE)) return FALSE;
  return open.length > 1 ? joinInTens(open.map(bracket), ' and ') : (open[0] ?? TRUE);
}

/** Whether any condition holds. */
export function any(conditions: readonly Jsonata[]): Jsonata {
  const open = [...new Set(conditions)].filter((condition) => condition !== FALSE);
  if (open.includes(TRUE)) return TRUE;
  return open.length > 1 ? joinInTens(open.map(bracket), ' or ') : (open[0] ?? FALSE);
}

/** The opposite. */
export function not(condition: Jsonata): Jsonata {
  if (condition === TRUE) return FALSE;
  return condition === FALSE ? TRUE : `$not(${condition})`;
}

/** One of two values. */
export function choose(condition: Jsonata, consequent: Jsonata, alternative: Jsonata): Jsonata {
  if (condition === TRUE) return consequent;
  if (condition === FALSE) return alternative;
  return `(${condition} ? ${consequent} : ${alternative})`;
}

/** The object with these values. */
export const object = (entries: readonly (readonly [string, Jsonata])[]): Jsonata =>
  `{${entries.map(([key, value]) => `${quote(key)}: ${value}`).join(', ')}}`;

/** Puts brackets around an expression with an operator. */
const bracket = (condition: Jsonata): Jsonata =>
  / (?:and|or|\?|=|!=|in) /.test(condition) ? `(${condition})` : condition;
