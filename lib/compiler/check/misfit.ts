import { isObject } from '../../protocol/json.ts';
import type { Segment } from '../../protocol/path.ts';
import { describeType } from './describe-type.ts';
import { findProblems } from './problems.ts';
import type { Type } from './type.ts';
import { type Field, type Variant, variantsOf } from './variants.ts';

/** Why no value of one type fits another. */
export interface Misfit {
  /** Where in the value. */
  readonly path: readonly Segment[];
  /** What is wrong there, to stand after its name: `is a string, but a number is wanted`. */
  readonly problem: string;
}

/** A recursive type is followed this deep; what misfits deeper is not found. */
const DEEPEST = 12;

/** How many items of a list of known length are looked at. */
const MOST_ITEMS = 100;

/** Why no value of the type `found` fits `wanted`; undefined where one may. */
export function misfit(found: Type, wanted: Type, depth = 0): Misfit | undefined {
  if (depth > DEEPEST || takesAnything(wanted)) return undefined;
  if (found.kind === 'constant' && wanted.kind === 'schema') return findProblems(found.value, wanted)[0];
  const have = variantsOf(found);
  const want = variantsOf(wanted);
  const fits = (one: Variant): boolean => want.some((other) => !clash(one, other, depth));
  if (have.length === 0 || have.some(fits)) return undefined;
  const [one] = have;
  const alike = want.filter(({ kind }) => kind === one?.kind);
  const [other] = alike;
  if (one && other && have.length === 1 && alike.length === 1) return clash(one, other, depth);
  return { path: [], problem: `is ${describeType(have)}, but ${describeType(want)} is wanted` };
}

/** Keywords that ask for nothing. */
const NOTES: ReadonlySet<string> = new Set([
  '$schema',
  '$id',
  '$comment',
  'title',
  'description',
  'default',
  'examples',
]);

/** Whether nothing at all is asked for, so that what is found need not be looked into. */
function takesAnything(wanted: Type): boolean {
  if (wanted.kind !== 'schema') return false;
  const { schema } = wanted;
  return schema === true || (isObject(schema) && Object.keys(schema).every((keyword) => NOTES.has(keyword)));
}

function clash(found: Variant, wanted: Variant, depth: number): Misfit | undefined {
  if (found.kind !== wanted.kind) return different(found, wanted);
  return clashOfValues(found, wanted) ?? clashOfFields(found, wanted, depth) ?? clashOfItems(found, wanted, depth);
}

const different = (found: Variant, wanted: Variant): Misfit => {
  return { path: [], problem: `is ${describeType([found])}, but ${describeType([wanted])} is wanted` };
};

function clashOfValues(found: Variant, wanted: Variant): Misfit | undefined {
  const { values } = wanted;
  if (!found.values || !values || found.values.some((value) => values.includes(value))) return undefined;
  return different(found, wanted);
}

function clashOfFields({ fields: found }: Variant, { fields: wanted }: Variant, depth: number): Misfit | undefined {
  if (!found || !wanted) return undefined;
  for (const name of new Set([...wanted.names, ...found.names])) {
    const problem = clashOfField(found.get(name), wanted.get(name), depth);
    if (problem) return { ...problem, path: [name, ...problem.path] };
  }
  return undefined;
}

function clashOfField(found: Field, wanted: Field, depth: number): Misfit | undefined {
  if (found.presence === 'never') return wanted.presence === 'always' ? MISSING : undefined;
  if (wanted.presence === 'never') return found.presence === 'always' ? UNWANTED : undefined;
  // One that may be missing on both sides may be left out, and then fits.
  const counts = found.presence === 'always' || wanted.presence === 'always';
  return counts ? misfit(found.type, wanted.type, depth + 1) : undefined;
}

/** A field that is wanted and not there. */
export const MISSING: Misfit = { path: [], problem: 'is missing' };

/** A field that is there and may not be. */
export const UNWANTED: Misfit = { path: [], problem: 'is not wanted' };

function clashOfItems({ items: found }: Variant, { items: wanted }: Variant, depth: number): Misfit | undefined {
  if (!found || !wanted) return undefined;
  const length = clashOfLength(found, wanted);
  if (length) return length;
  for (let index = 0; index < Math.min(found.least, MOST_ITEMS); index += 1) {
    const [item, asked] = [found.get(index), wanted.get(index)];
    const problem = item && asked && misfit(item, asked, depth + 1);
    if (problem) return { ...problem, path: [index, ...problem.path] };
  }
  return undefined;
}

type Items = NonNullable<Variant['items']>;

/** Why no length of one list is one of another. */
export function clashOfLength(found: Items, wanted: Items): Misfit | undefined {
  if (found.most < wanted.least)
    return { path: [], problem: `has ${found.most} items, but at least ${wanted.least} are wanted` };
  if (found.least > wanted.most)
    return { path: [], problem: `has ${found.least} items, but at most ${wanted.most} are wanted` };
  return undefined;
}
