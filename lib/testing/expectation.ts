import type { Json } from '../protocol/json.ts';

/** What a case expects of a value. A map must have each expected key with a matching value; other keys are allowed. */
export type Expectation =
  | { readonly kind: 'scalar'; readonly value: null | boolean | number | string }
  | { readonly kind: 'list'; readonly items: readonly Expectation[] }
  | { readonly kind: 'map'; readonly entries: ReadonlyMap<string, Expectation> }
  | { readonly kind: 'matchers'; readonly matchers: readonly Matcher[]; readonly written: Json };

/** A predicate that is written in place of an expected value. */
export interface Matcher {
  /** With its `$`. */
  readonly name: string;
  /** What is wrong with a value, such as `is not less than 5`; undefined where it passes. */
  readonly problemWith: (found: Json) => string | undefined;
}

/** The JSON that an expectation was read from. */
export function expectationToJson(expected: Expectation): Json {
  if (expected.kind === 'scalar') return expected.value;
  if (expected.kind === 'list') return expected.items.map(expectationToJson);
  if (expected.kind === 'matchers') return expected.written;
  return Object.fromEntries([...expected.entries].map(([key, value]) => [key, expectationToJson(value)]));
}
