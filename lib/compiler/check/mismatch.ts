import { isObject } from '../../protocol/json.ts';
import type { Segment } from '../../protocol/path.ts';
import { describeType } from './describe-type.ts';
import { findProblems } from './problems.ts';
import type { Type } from './type.ts';
import type { Field, Variant } from './variant.ts';
import { variantsOf } from './variants.ts';

/** Why no value of one type matches another. */
export interface Mismatch {
  /** Where in the value. */
  readonly path: readonly Segment[];
  /** What is wrong there, a predicate without its subject: `is a string, but a number is expected`. */
  readonly problem: string;
}

/** Recursive types are compared up to this depth; deeper mismatches are not found. */
const MAX_DEPTH = 12;

/** How many items of a list are compared. */
const MAX_ITEMS = 100;

/** Why no value of the type `found` matches `expected`; undefined where one may. */
export function findMismatch(found: Type, expected: Type, depth = 0): Mismatch | undefined {
  if (depth > MAX_DEPTH || acceptsAnything(expected)) return undefined;
  if (found.kind === 'constant' && expected.kind === 'schema') return findProblems(found.value, expected)[0];
  const actual = variantsOf(found);
  const allowed = variantsOf(expected);
  const matches = (one: Variant): boolean => allowed.some((other) => !variantMismatch(one, other, depth));
  if (actual.length === 0 || actual.some(matches)) return undefined;
  const [one] = actual;
  const sameKind = allowed.filter(({ kind }) => kind === one?.kind);
  const [other] = sameKind;
  if (one && other && actual.length === 1 && sameKind.length === 1) return variantMismatch(one, other, depth);
  return { path: [], problem: `is ${describeType(actual)}, but ${describeType(allowed)} is expected` };
}

/** Keywords that restrict nothing. */
const ANNOTATIONS: ReadonlySet<string> = new Set([
  '$schema',
  '$id',
  '$comment',
  'title',
  'description',
  'default',
  'examples',
]);

/** Whether a type restricts nothing, so that there is nothing to compare. */
function acceptsAnything(expected: Type): boolean {
  if (expected.kind !== 'schema') return false;
  const { schema } = expected;
  return schema === true || (isObject(schema) && Object.keys(schema).every((keyword) => ANNOTATIONS.has(keyword)));
}

function variantMismatch(found: Variant, expected: Variant, depth: number): Mismatch | undefined {
  if (found.kind !== expected.kind) return mismatchOf(found, expected);
  return (
    valuesMismatch(found, expected) ?? fieldsMismatch(found, expected, depth) ?? itemsMismatch(found, expected, depth)
  );
}

const mismatchOf = (found: Variant, expected: Variant): Mismatch => {
  return { path: [], problem: `is ${describeType([found])}, but ${describeType([expected])} is expected` };
};

function valuesMismatch(found: Variant, expected: Variant): Mismatch | undefined {
  const { values } = expected;
  if (!found.values || !values || found.values.some((value) => values.includes(value))) return undefined;
  return mismatchOf(found, expected);
}

function fieldsMismatch(
  { fields: found }: Variant,
  { fields: expected }: Variant,
  depth: number,
): Mismatch | undefined {
  if (!found || !expected) return undefined;
  for (const name of new Set([...expected.names, ...found.names])) {
    const problem = fieldMismatch(found.get(name), expected.get(name), depth);
    if (problem) return { ...problem, path: [name, ...problem.path] };
  }
  return undefined;
}

function fieldMismatch(found: Field, expected: Field, depth: number): Mismatch | undefined {
  if (found.presence === 'never') return expected.presence === 'always' ? MISSING : undefined;
  if (expected.presence === 'never') return found.presence === 'always' ? NOT_ALLOWED : undefined;
  // A field that is optional on both sides may be left out, and then matches.
  const counts = found.presence === 'always' || expected.presence === 'always';
  return counts ? findMismatch(found.type, expected.type, depth + 1) : undefined;
}

/** A required field that is missing. */
export const MISSING: Mismatch = { path: [], problem: 'is missing' };

/** A field that is present but not allowed. */
export const NOT_ALLOWED: Mismatch = { path: [], problem: 'is not allowed' };

function itemsMismatch({ items: found }: Variant, { items: expected }: Variant, depth: number): Mismatch | undefined {
  if (!found || !expected) return undefined;
  const length = lengthMismatch(found, expected);
  if (length) return length;
  for (let index = 0; index < Math.min(found.least, MAX_ITEMS); index += 1) {
    const [actual, allowed] = [found.get(index), expected.get(index)];
    const problem = actual && allowed && findMismatch(actual, allowed, depth + 1);
    if (problem) return { ...problem, path: [index, ...problem.path] };
  }
  return undefined;
}

type Items = Pick<NonNullable<Variant['items']>, 'least' | 'most'>;

/** Why no length of one list is a length of the other. */
export function lengthMismatch(found: Items, expected: Items): Mismatch | undefined {
  if (found.most < expected.least)
    return { path: [], problem: `has ${found.most} items, but at least ${expected.least} are expected` };
  if (found.least > expected.most)
    return { path: [], problem: `has ${found.least} items, but at most ${expected.most} are expected` };
  return undefined;
}
