import { structuredPatch } from 'diff';
import { describe } from '../protocol/describe.ts';
import { isObject, type Json, type JsonObject } from '../protocol/json.ts';
import type { Segment } from '../protocol/path.ts';
import { type Expectation, expectationToJson } from './expectation.ts';

/** A place where a value is not what was expected. */
export interface Mismatch {
  readonly at: readonly Segment[];
  /** What is wrong there, such as `is 3, expected 4`. */
  readonly problem: string;
}

/** An expectation held against a value. */
export interface Comparison {
  readonly mismatches: readonly Mismatch[];
  /**
   * What was expected and what was found, made to differ only where they do not fit: what matches is the found value
   * on both sides, and what was not asked for is on neither.
   */
  readonly expected: Json;
  readonly found: Json | undefined;
}

/** Holds `expected` against `found`; undefined is a value that is not there. */
export function compare(expected: Expectation, found: Json | undefined, at: readonly Segment[] = []): Comparison {
  if (found === undefined) return mismatch(expected, found, at, 'is missing');
  switch (expected.kind) {
    case 'scalar':
      return expected.value === found
        ? match(found)
        : mismatch(expected, found, at, isInsteadOf(found, expected.value));
    case 'matchers':
      return compareMatchers(expected, found, at);
    case 'list':
      return Array.isArray(found)
        ? compareLists(expected, found, at)
        : mismatch(expected, found, at, isInsteadOf(found, expectationToJson(expected)));
    case 'map':
      return isObject(found)
        ? compareMaps(expected, found, at)
        : mismatch(expected, found, at, isInsteadOf(found, expectationToJson(expected)));
  }
}

/** Whether a value is what was expected. */
export const matches = (expected: Expectation, found: Json | undefined): boolean =>
  compare(expected, found).mismatches.length === 0;

const match = (found: Json): Comparison => ({ mismatches: [], expected: found, found });

const mismatch = (
  expected: Expectation,
  found: Json | undefined,
  at: readonly Segment[],
  problem: string,
): Comparison => ({ mismatches: [{ at, problem }], expected: expectationToJson(expected), found });

const isInsteadOf = (found: Json, expected: Json): string => `is ${describe(found)}, expected ${describe(expected)}`;

type OfKind<K extends Expectation['kind']> = Extract<Expectation, { kind: K }>;

function compareMatchers(expected: OfKind<'matchers'>, found: Json, at: readonly Segment[]): Comparison {
  const problems = expected.matchers.flatMap(({ problemWith }) => problemWith(found) ?? []);
  const mismatches = problems.map((problem) => ({ at, problem }));
  return mismatches.length === 0 ? match(found) : { mismatches, expected: expected.written, found };
}

function compareLists({ items }: OfKind<'list'>, found: readonly Json[], at: readonly Segment[]): Comparison {
  const shared = items.slice(0, found.length).map((item, index) => compare(item, found[index], [...at, index]));
  const length = `has ${found.length} items, expected ${items.length}`;
  return {
    mismatches:
      items.length === found.length ? shared.flatMap(({ mismatches }) => mismatches) : [{ at, problem: length }],
    expected: [...shared.map((one) => one.expected), ...items.slice(found.length).map(expectationToJson)],
    found: [...shared.map((one) => one.found ?? null), ...found.slice(items.length)],
  };
}

function compareMaps({ entries }: OfKind<'map'>, found: JsonObject, at: readonly Segment[]): Comparison {
  const compared = [...entries].map(([key, item]) => {
    const value = Object.hasOwn(found, key) ? found[key] : undefined;
    return [key, compare(item, value, [...at, key])] as const;
  });
  return {
    mismatches: compared.flatMap(([, { mismatches }]) => mismatches),
    expected: Object.fromEntries(compared.map(([key, one]) => [key, one.expected])),
    found: Object.fromEntries(compared.flatMap(([key, one]) => (one.found === undefined ? [] : [[key, one.found]]))),
  };
}

const CONTEXT_LINES = 3;

/** The lines in which what was found differs from what was expected: `-` expected, `+` found, and a little around them. */
export function diffOf({ expected, found }: Pick<Comparison, 'expected' | 'found'>): string {
  const [before, after] = [asText(expected), asText(found ?? null)];
  const { hunks } = structuredPatch('expected', 'found', before, after, '', '', { context: CONTEXT_LINES });
  const lines = hunks.flatMap((hunk, index) => [...(index > 0 ? ['…'] : []), ...hunk.lines]);
  return ['- expected', '+ found', '', ...lines].join('\n');
}

const asText = (value: Json): string => `${JSON.stringify(value, null, 2)}\n`;
