import type { Test } from './invocation.ts';
import type { Json } from './json.ts';

/** The values that fail each test, besides a missing one: false for `$if` and `skipIf`, absent for `$coalesce`. */
export const FAILING: { readonly [T in Test]: readonly Json[] } = {
  present: [null],
  if: [null, false],
  skipIf: [null, false, 0, ''],
};

/** Whether a value passes a test; undefined is a missing value. */
export const passes = (value: Json | undefined, test: Test): boolean =>
  value !== undefined && !FAILING[test].includes(value);
