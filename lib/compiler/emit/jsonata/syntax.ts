/** The text of a JSONata expression. */
export type Jsonata = string;

/** A string in JSONata: its escapes are those of JSON. */
export const quote = (text: string): Jsonata => JSON.stringify(text);

/** The condition that always holds; `allOf`, `anyOf` and `eitherOf` fold it away. */
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
const inTens = <T>(terms: readonly T[]): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(terms.length / 10) }, (_, at) => terms.slice(at * 10, at * 10 + 10));

/** Joins terms with an associative operator, so that the tree of operators is not deep. */
export function joinInTens(terms: readonly Jsonata[], operator: string): Jsonata {
  const [first = [], ...more] = inTens(terms);
  if (more.length === 0) return first.join(operator);
  const groups = [first, ...more].map((group) => group.join(operator));
  return joinInTens(groups.map(bracket), operator);
}

/** The object with these values. */
export const object = (entries: readonly (readonly [string, Jsonata])[]): Jsonata =>
  `{${entries.map(([key, value]) => `${quote(key)}: ${value}`).join(', ')}}`;

/** Puts brackets around an expression with an operator. */
export const bracket = (condition: Jsonata): Jsonata =>
  / (?:and|or|\?|=|!=|in) /.test(condition) ? `(${condition})` : condition;
