import type { Json } from '../../../protocol/json.ts';
import type { Local } from './locals.ts';

declare const WRITTEN: unique symbol;

/** Code that this file has written. */
type Written = string & { readonly [WRITTEN]: true };

/**
 * The text of a JSONata expression. Only this file makes one: from code that stands in the compiler's own source
 * ({@link jsonata}), from text ({@link quote}), from data ({@link constant}), and from the name of a variable
 * ({@link variable}). Any other string is a type error, so that no text of a flow becomes code.
 */
export type Jsonata = Written | Local;

/** Code of the source, in which other expressions and numbers may stand: `` jsonata`$count(${items}) > ${5}` ``. */
export function jsonata(code: TemplateStringsArray, ...parts: readonly (Jsonata | number)[]): Jsonata {
  let text = code[0] ?? '';
  for (const [at, part] of parts.entries()) {
    text += typeof part === 'number' ? constant(part) : part;
    text += code[at + 1] ?? '';
  }
  return text as Written;
}

/** A string in JSONata: its escapes are those of JSON. */
export const quote = (text: string): Jsonata => JSON.stringify(text) as Written;

/** A JSON value in JSONata, which never flattens lists in a literal. */
export const constant = (value: Json): Jsonata => JSON.stringify(value) as Written;

/** A variable of the state machine. */
export function variable(name: string): Jsonata {
  if (!VARIABLE.test(name)) throw new Error(`${JSON.stringify(name)} is not the name of a variable`);
  return `$${name}` as Written;
}

const VARIABLE = /^[A-Za-z]\w*$/;

/**
 * A regular expression. Its brackets must be in pairs, and only those of groups, classes and quantifiers may stand as they are:
 * JSONata looks for the slash at its end outside of brackets.
 */
export function regex(source: string): Jsonata {
  if (source === '' || /["/]|\\[()[\]{}]/.test(source))
    throw new Error(`JSONata cannot read the regular expression ${source}`);
  return `/${source}/` as Written;
}

/** Expressions with `separator` between them. */
export const separated = (parts: readonly Jsonata[], separator: ', ' | '; ' | ` ${Operator} `): Jsonata =>
  parts.join(separator) as Written;

/** An operator of which any number of terms may be joined. */
export type Operator = 'and' | 'or';

/** The condition that always holds; `allOf`, `anyOf` and `eitherOf` fold it away. */
export const TRUE: Jsonata = jsonata`true`;

/** The condition that never holds. */
export const FALSE: Jsonata = jsonata`false`;

/** The text "". */
export const EMPTY: Jsonata = quote('');

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
const inTens = <T>(terms: readonly T[]): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(terms.length / 10) }, (_, at) => terms.slice(at * 10, at * 10 + 10));

/** Joins terms with an associative operator, so that the tree of operators is not deep. */
export function joinInTens(terms: readonly Jsonata[], operator: Operator): Jsonata {
  const [first = [], ...more] = inTens(terms);
  const join = (group: readonly Jsonata[]): Jsonata => separated(group, ` ${operator} `);
  if (more.length === 0) return join(first);
  const groups = [first, ...more].map(join);
  return joinInTens(groups.map(bracket), operator);
}

/** The object with these values. */
export const object = (entries: readonly (readonly [string, Jsonata])[]): Jsonata =>
  jsonata`{${separated(
    entries.map(([key, value]) => jsonata`${quote(key)}: ${value}`),
    ', ',
  )}}`;

/** Puts brackets around an expression with an operator. */
export const bracket = (condition: Jsonata): Jsonata =>
  / (?:and|or|\?|=|!=|in) /.test(condition) ? jsonata`(${condition})` : condition;

/** Expressions one after the other, of which the last one gives the value. */
export const block = (expressions: readonly Jsonata[]): Jsonata => jsonata`(${separated(expressions, '; ')})`;

/** The list of these items; an item that is a list itself is flattened. */
export const list = (items: readonly Jsonata[]): Jsonata => jsonata`[${separated(items, ', ')}]`;
