import { Reporter } from '../diagnostics/diagnostics.ts';
import { OPERATOR_FORMS } from '../flow/read/read-operator.ts';
import { nearest } from '../flow/text/nearest.ts';
import { type MapTree, type Tree, toJson, treeOf } from '../flow/text/tree.ts';
import { isObject, type Json } from '../protocol/json.ts';
import type { Expectation } from './expectation.ts';
import { MATCHER_NAMES, readMatcher } from './matchers.ts';

/** Matchers that hold for what an operator of expressions is true of. */
const MATCHERS: { readonly [operator: string]: string } = {
  $eq: 'An expected value is written as it is, without $eq.',
  $lt: 'Write { $less_than: n }.',
  $gt: 'Write { $greater_than: n }.',
  ...{ $lte: 'Write { $range: [low, high] }.', $gte: 'Write { $range: [low, high] }.' },
};

const OPERATORS: ReadonlySet<string> = new Set(OPERATOR_FORMS.map(([key]) => key));

/** What is written instead of an operator, which belongs into an expression. */
const insteadOf = (key: string): string | undefined =>
  OPERATORS.has(key)
    ? `"${key}" is an operator of expressions. ${MATCHERS[key] ?? `Matchers: ${MATCHER_NAMES.join(', ')}.`}`
    : undefined;

const LITERAL = '$literal';
const KNOWN = [...MATCHER_NAMES, LITERAL];

/**
 * Reads an expected value. A map whose keys are all matchers is a matcher, and each of them must hold; a value under
 * `$literal` contains no matchers.
 */
export function readExpectation(tree: Tree, reporter: Reporter): Expectation {
  if (tree.kind !== 'map') return readPlain(tree, (part) => readExpectation(part, reporter));
  const literal = tree.entries.get(LITERAL);
  if (literal && tree.entries.size === 1) return readLiteral(literal.value);
  if (isMatcher(tree)) return readMatchers(tree, reporter);
  reportUnknown(tree, reporter);
  return readPlain(tree, (part) => readExpectation(part, reporter));
}

/** The expectation of exactly `value`, as JSON: maps that would be read as matchers are wrapped in `$literal`. */
export function escapeMatchers(value: Json): Json {
  if (Array.isArray(value)) return value.map(escapeMatchers);
  if (!isObject(value)) return value;
  const keys = Object.keys(value);
  if (keys.length > 0 && keys.every((key) => key.startsWith('$'))) return { [LITERAL]: value };
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, escapeMatchers(item)]));
}

/** The expectation that a JSON value stands for; mistakes in it are not reported. */
export function expectationOf(value: Json): Expectation {
  const nowhere = { line: 1, column: 1, endLine: 1, endColumn: 1 };
  return readExpectation(treeOf(value, nowhere), new Reporter(''));
}

const isMatcher = ({ entries }: MapTree): boolean =>
  entries.size > 0 && [...entries.keys()].every((key) => MATCHER_NAMES.includes(key));

function readMatchers(tree: MapTree, reporter: Reporter): Expectation {
  const nested = (part: Tree): Expectation => readExpectation(part, reporter);
  const matchers = [...tree.entries].map(([name, { value }]) => readMatcher(name, value, { reporter, nested }));
  return { kind: 'matchers', matchers, written: toJson(tree) };
}

function reportUnknown({ entries }: MapTree, reporter: Reporter): void {
  for (const [key, entry] of entries) {
    if (!key.startsWith('$')) continue;
    if (entries.size > 1) reporter.report('plain-matcher', { key }, entry.key);
    else {
      const params = { key, known: MATCHER_NAMES, nearest: nearest(key, KNOWN), instead: insteadOf(key) };
      reporter.report('unknown-matcher', params, entry.key);
    }
  }
}

const readLiteral = (tree: Tree): Expectation => readPlain(tree, readLiteral);

function readPlain(tree: Tree, read: (part: Tree) => Expectation): Expectation {
  if (tree.kind === 'scalar') return { kind: 'scalar', value: tree.value };
  if (tree.kind === 'list') return { kind: 'list', items: tree.items.map(read) };
  return { kind: 'map', entries: new Map([...tree.entries].map(([key, { value }]) => [key, read(value)])) };
}
