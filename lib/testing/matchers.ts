import type { Reporter } from '../diagnostics/diagnostics.ts';
import { describe as describeTree, type Tree } from '../flow/text/tree.ts';
import { PatternTimeout, schemaPattern } from '../protocol/bounded-pattern.ts';
import { describe } from '../protocol/describe.ts';
import { isObject, type Json } from '../protocol/json.ts';
import { compare, matches } from './compare.ts';
import { type Expectation, expectationToJson, type Matcher } from './expectation.ts';

type ProblemWith = Matcher['problemWith'];

/** What a matcher's argument is read with; `nested` reads one that is an expectation itself. */
interface Reading {
  readonly name: string;
  readonly reporter: Reporter;
  readonly nested: (tree: Tree) => Expectation;
}

/** Reads a matcher's argument; undefined where it is reported to be wrong. */
type ReadMatcher = (argument: Tree, reading: Reading) => ProblemWith | undefined;

const MATCHERS: ReadonlyMap<string, ReadMatcher> = new Map<string, ReadMatcher>([
  ['$less_than', readBound((found, limit) => found < limit, 'less')],
  ['$greater_than', readBound((found, limit) => found > limit, 'greater')],
  ['$range', readRange],
  ['$length', readLength],
  ['$contains', readContains],
  ['$matches', readMatches],
  ['$not_empty', readNotEmpty],
  ['$any', readAny],
]);

/** The names of all matchers. */
export const MATCHER_NAMES: readonly string[] = [...MATCHERS.keys()];

/** The matcher `name` with its argument. One whose argument is wrong is reported and lets everything pass. */
export function readMatcher(name: string, argument: Tree, reading: Omit<Reading, 'name'>): Matcher {
  const problemWith = MATCHERS.get(name)?.(argument, { name, ...reading });
  return { name, problemWith: problemWith ?? (() => undefined) };
}

function wrongType({ name, reporter }: Reading, tree: Tree, wanted: string): undefined {
  reporter.report('wrong-type', { what: `the argument of "${name}"`, found: describeTree(tree), wanted }, tree.span);
}

const scalarOf = (tree: Tree | undefined): Json | undefined => (tree?.kind === 'scalar' ? tree.value : undefined);

function readBound(holds: (found: number, limit: number) => boolean, word: string): ReadMatcher {
  return (tree, reading) => {
    const limit = scalarOf(tree);
    if (typeof limit !== 'number') return wrongType(reading, tree, 'a number');
    return (found) => {
      if (typeof found !== 'number') return `is ${describe(found)}, expected a number ${word} than ${limit}`;
      return holds(found, limit) ? undefined : `is ${found}, which is not ${word} than ${limit}`;
    };
  };
}

/** Both ends belong to the range. */
function readRange(tree: Tree, reading: Reading): ProblemWith | undefined {
  const [low, high, more] = tree.kind === 'list' ? tree.items : [];
  const [from, to] = [scalarOf(low), scalarOf(high)];
  if (typeof from !== 'number' || typeof to !== 'number' || from > to || more) {
    return wrongType(reading, tree, 'a list of two numbers, [lowest, highest]');
  }
  return (found) => {
    if (typeof found !== 'number') return `is ${describe(found)}, expected a number from ${from} to ${to}`;
    return found >= from && found <= to ? undefined : `is ${found}, which is not from ${from} to ${to}`;
  };
}

/** The length of a text in characters, of a list in items, of a map in keys: a number, or a matcher of one. */
function readLength(tree: Tree, reading: Reading): ProblemWith | undefined {
  const wanted = reading.nested(tree);
  const isNumber = wanted.kind === 'scalar' && typeof wanted.value === 'number';
  if (!isNumber && wanted.kind !== 'matchers') return wrongType(reading, tree, 'a number, or a matcher of one');
  return (found) => {
    const length = lengthOf(found);
    if (length === undefined) return `is ${describe(found)}, expected a text, list or map with a length`;
    const [fault] = compare(wanted, length).mismatches;
    if (!fault) return undefined;
    return isNumber
      ? `has the length ${length}, expected ${expectationToJson(wanted)}`
      : `has a length that ${fault.problem}`;
  };
}

function lengthOf(value: Json): number | undefined {
  if (typeof value === 'string') return [...value].length;
  if (Array.isArray(value)) return value.length;
  return isObject(value) ? Object.keys(value).length : undefined;
}

/** A text contains a text, a list an item that fits; a map contains a key, or the entries of a map. */
function readContains(tree: Tree, { nested }: Reading): ProblemWith {
  const wanted = nested(tree);
  const text = scalarOf(tree);
  return (found) => {
    if (contains(found, wanted, text)) return undefined;
    return `is ${describe(found)}, which does not contain ${JSON.stringify(expectationToJson(wanted))}`;
  };
}

function contains(found: Json, wanted: Expectation, text: Json | undefined): boolean {
  if (Array.isArray(found)) return found.some((item) => matches(wanted, item));
  if (typeof found === 'string') return typeof text === 'string' && found.includes(text);
  if (!isObject(found)) return false;
  return typeof text === 'string' ? Object.hasOwn(found, text) : matches(wanted, found);
}

/** A part of the text is enough, unless the expression has `^` and `$`. */
function readMatches(tree: Tree, reading: Reading): ProblemWith | undefined {
  const pattern = scalarOf(tree);
  if (typeof pattern !== 'string') return wrongType(reading, tree, 'a regular expression');
  const compiled = compileRegex(pattern);
  if (!(compiled instanceof RegExp)) {
    reading.reporter.report('bad-regex', { pattern, problem: compiled.problem }, tree.span);
    return undefined;
  }
  return (found) => {
    if (typeof found !== 'string') return `is ${describe(found)}, expected a text that matches /${pattern}/`;
    return mismatch(compiled, found, pattern);
  };
}

function mismatch(compiled: RegExp, found: string, pattern: string): string | undefined {
  try {
    return compiled.test(found) ? undefined : `is ${describe(found)}, which does not match /${pattern}/`;
  } catch (error) {
    if (error instanceof PatternTimeout) return `is ${describe(found)}, but ${error.message}`;
    throw error;
  }
}

/** With Unicode's rules where they take the pattern; they refuse escapes that mean nothing, such as `\-`. */
function compileRegex(pattern: string): RegExp | { readonly problem: string } {
  try {
    return schemaPattern(pattern);
  } catch (error) {
    return { problem: (error instanceof Error ? error.message : String(error)).replace(/^.*\/: /, '') };
  }
}

/** Empty are null and texts, lists and maps of length 0. `$not_empty: false` wants just these. */
function readNotEmpty(tree: Tree, reading: Reading): ProblemWith | undefined {
  const wanted = scalarOf(tree);
  if (typeof wanted !== 'boolean') return wrongType(reading, tree, 'true or false');
  return (found) => {
    const empty = found === null || lengthOf(found) === 0;
    if (empty !== wanted) return undefined;
    return wanted
      ? `is ${describe(found)}, expected something that is not empty`
      : `is ${describe(found)}, expected nothing`;
  };
}

function readAny(tree: Tree, reading: Reading): ProblemWith | undefined {
  const argument = scalarOf(tree);
  return argument === true || argument === null ? () => undefined : wrongType(reading, tree, 'true');
}
