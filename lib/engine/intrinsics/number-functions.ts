import type { Json } from '../../protocol/json.ts';
import { javaRandom } from '../execution/java-random.ts';
import type { Environment } from '../jsonata/expression.ts';
import { IntrinsicError, integerOf } from './intrinsic-error.ts';

/** The range of AWS's integers. */
const [MIN, MAX] = [-(2 ** 31), 2 ** 31 - 1];

/** States.MathAdd. */
export function mathAdd(args: readonly Json[]): Json {
  const sum = inRange(integerOf(args, 0)) + inRange(integerOf(args, 1));
  return inRange(sum);
}

function inRange(value: number): number {
  if (value >= MIN && value <= MAX) return value;
  throw new IntrinsicError(`the number ${value} is not between ${MIN} and ${MAX}`);
}

/** States.MathRandom: an integer from the first, included, to the second, excluded. The third is a seed. */
export function mathRandom(args: readonly Json[], { random }: Environment): Json {
  const [from, to] = [integerOf(args, 0), integerOf(args, 1)];
  if (from >= to) throw new IntrinsicError(`the start ${from} must be less than the end ${to}`);
  const fraction = args.length > 2 ? javaRandom(integerOf(args, 2)) : random();
  return from + Math.floor(fraction * (to - from));
}
