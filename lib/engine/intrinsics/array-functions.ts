import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../../protocol/json.ts';
import { argumentOf, IntrinsicError, integerOf } from './intrinsic-error.ts';

/** States.ArrayPartition: lists of so many items; the last may have fewer. */
export function arrayPartition(args: readonly Json[]): Json {
  const [list, size] = [argumentOf(args, 0, 'array'), integerOf(args, 1)];
  if (size < 1) throw new IntrinsicError(`the size of the parts must be positive, but was ${size}`);
  const count = Math.ceil(list.length / size);
  return Array.from({ length: count }, (_, part) => list.slice(part * size, (part + 1) * size));
}

/** States.ArrayContains. */
export const arrayContains = (args: readonly Json[]): Json =>
  argumentOf(args, 0, 'array').some((item) => isDeepStrictEqual(item, args[1]));

/** The maximum length of a list that States.ArrayRange makes. */
const MAX_RANGE = 1000;

/** States.ArrayRange: the integers from the first to the second, both included, by the third. */
export function arrayRange(args: readonly Json[]): Json {
  const [from, to, by] = [integerOf(args, 0), integerOf(args, 1), integerOf(args, 2)];
  if (by === 0) throw new IntrinsicError('the step must not be 0');
  const length = Math.max(Math.floor((to - from) / by) + 1, 0);
  if (length > MAX_RANGE) throw new IntrinsicError(`the list has ${length} items, at most ${MAX_RANGE} are allowed`);
  return Array.from({ length }, (_, index) => from + index * by);
}

/** States.ArrayGetItem: the item at an index from 0. */
export function arrayGetItem(args: readonly Json[]): Json {
  const [list, index] = [argumentOf(args, 0, 'array'), argumentOf(args, 1, 'number')];
  const item = list[index];
  if (item !== undefined) return item;
  throw new IntrinsicError(`there is no item at index ${index} of a list of ${list.length}`);
}

/** States.ArrayLength. */
export const arrayLength = (args: readonly Json[]): Json => argumentOf(args, 0, 'array').length;

/** States.ArrayUnique: each item once, at its first place. */
export function arrayUnique(args: readonly Json[]): Json {
  const unique: Json[] = [];
  for (const item of argumentOf(args, 0, 'array'))
    if (!unique.some((other) => isDeepStrictEqual(item, other))) unique.push(item);
  return unique;
}
