import type { Template } from '../../../asl/state-machine.ts';
import type { Json } from '../../../protocol/json.ts';
import type { Evaluated, Templated } from '../../../protocol/templated.ts';
import { fn } from './locals.ts';

/** The text of a JSONata expression. */
export type Jsonata = string;

/** A string in JSONata: its escapes are those of JSON. */
export const quote = (text: string): Jsonata => JSON.stringify(text);

/** A JSON value in JSONata. Lists in lists stay as they are, since JSONata never flattens what is written out. */
export const constant = (value: Json): Jsonata => JSON.stringify(value);

/** The value of an object's key, exactly: neither mapped over lists nor unwrapped, as `a.b` would be. */
export const lookup = (object: Jsonata, key: string): Jsonata => `$lookup(${object}, ${quote(key)})`;

/** Some of a step's slots, and what says whether they are there. */
export function pick(slots: Jsonata, keys: readonly string[]): Jsonata {
  const isPicked = `$key in [${[...keys, '$skipped', '$missing'].map(quote).join(', ')}]`;
  return `$sift(${slots}, ${fn(['$value', '$key'], isPicked)})`;
}

/** A variable of the state machine. */
export const variable = (name: string): Jsonata => `$${name}`;

/** A JSONata expression as a value of a template. */
export const evaluated = (expression: Jsonata): Evaluated => `{% ${expression} %}`;

/** A value that a template hands on as it is, even where a string in it looks like an expression. */
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
 * Joins the first half of the terms with the second, and so on: AWS evaluates no expression deeper than 100 levels, which
 * one inside the other would reach. `join` must give the same for `a` with `b, c` as for `a, b` with `c`. Undefined for
 * no terms.
 */
export function balanced(
  terms: readonly Jsonata[],
  join: (left: Jsonata, right: Jsonata) => Jsonata,
): Jsonata | undefined {
  const half = terms.length >> 1;
  const [left, right] = half > 0 ? [balanced(terms.slice(0, half), join), balanced(terms.slice(half), join)] : [];
  return left === undefined || right === undefined ? terms[0] : join(left, right);
}

/** Lists of at most ten: each term of a chain lies a level deeper than the next one, so a long chain is one of chains. */
export const inTens = <T>(terms: readonly T[]): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(terms.length / 10) }, (_, at) => terms.slice(at * 10, at * 10 + 10));

function joinInTens(terms: readonly Jsonata[], operator: string): Jsonata {
  const [first = [], ...more] = inTens(terms);
  if (more.length === 0) return first.join(operator);
  const chains = [first, ...more].map((part) => part.join(operator));
  return joinInTens(chains.map(bracket), operator);
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

/** Only what joins more than one term needs brackets. */
const bracket = (condition: Jsonata): Jsonata =>
  / (?:and|or|\?|=|!=|in) /.test(condition) ? `(${condition})` : condition;
