import type { Json } from '../runtime/json.ts';
import type { Template } from './state-machine.ts';

/** The text of a JSONata expression. */
export type Jsonata = string;

/** A string in JSONata: its escapes are those of JSON. */
export const quote = (text: string): Jsonata => JSON.stringify(text);

/** A JSON value in JSONata. Lists in lists stay as they are, since JSONata never flattens what is written out. */
export const constant = (value: Json): Jsonata => JSON.stringify(value);

/** The value of an object's key, exactly: neither mapped over lists nor unwrapped, as `a.b` would be. */
export const lookup = (object: Jsonata, key: string): Jsonata => `$lookup(${object}, ${quote(key)})`;

/** Some of a step's slots, and what says whether they are there. */
export const pick = (slots: Jsonata, keys: readonly string[]): Jsonata =>
  `$sift(${slots}, function($value, $key) { $key in [${[...keys, '$skipped', '$missing'].map(quote).join(', ')}] })`;

/** A variable of the state machine. */
export const variable = (name: string): Jsonata => `$${name}`;

/** A JSONata expression as a value of a template. */
export const evaluated = (expression: Jsonata): Template => `{% ${expression} %}`;

/** A value that a template hands on as it is, even where a string in it looks like an expression. */
export function verbatim(value: Json): Template {
  if (typeof value === 'string') return /^\{%[\s\S]*%\}$/.test(value) ? evaluated(quote(value)) : value;
  if (Array.isArray(value)) return value.map(verbatim);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, verbatim(item)]));
}

/** The condition that always holds; {@link all}, {@link any} and {@link choose} fold it away. */
export const TRUE: Jsonata = 'true';

/** The condition that never holds. */
export const FALSE: Jsonata = 'false';

/** Whether all conditions hold. */
export function all(conditions: readonly Jsonata[]): Jsonata {
  const open = [...new Set(conditions)].filter((condition) => condition !== TRUE);
  if (open.includes(FALSE)) return FALSE;
  return open.length > 1 ? open.map(bracket).join(' and ') : (open[0] ?? TRUE);
}

/** Whether any condition holds. */
export function any(conditions: readonly Jsonata[]): Jsonata {
  const open = [...new Set(conditions)].filter((condition) => condition !== FALSE);
  if (open.includes(TRUE)) return TRUE;
  return open.length > 1 ? open.map(bracket).join(' or ') : (open[0] ?? FALSE);
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
