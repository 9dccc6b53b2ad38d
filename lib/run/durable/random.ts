import { createHash } from 'node:crypto';

/**
 * A generator of numbers in [0, 1) that are determined by the seed: sfc32, which has 128 bits of state and passes the
 * usual statistical tests. Source: PractRand, "sfc", C. Doty-Humphrey.
 */
export function randomFrom(seed: string): () => number {
  const hash = createHash('sha256').update(seed).digest();
  const [a0, b0, c0] = [hash.readInt32LE(0), hash.readInt32LE(4), hash.readInt32LE(8)];
  const state = { a: a0, b: b0, c: c0, count: 1 };
  return () => {
    const { a, b, c, count } = state;
    const sum = (a + b + count) | 0;
    state.count = (count + 1) | 0;
    state.a = b ^ (b >>> 9);
    state.b = (c + (c << 3)) | 0;
    state.c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
}
