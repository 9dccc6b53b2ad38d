/**
 * The first number in [0, 1) of Java's generator with a seed, as on AWS.
 * Source: java.util.Random, `nextDouble`, Java API specification.
 */
export function javaRandom(seed: number): number {
  const MASK = (1n << 48n) - 1n;
  const FACTOR = 0x5deece66dn;
  const first = (((BigInt(seed) ^ FACTOR) & MASK) * FACTOR + 0xbn) & MASK;
  const second = (first * FACTOR + 0xbn) & MASK;
  return Number(((first >> 22n) << 27n) + (second >> 21n)) / 2 ** 53;
}
