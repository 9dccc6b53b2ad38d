/**
 * Noise on the seconds of steps: each step's seconds are multiplied by exp(σ·z), where z has the standard normal
 * distribution, so their median is unchanged. A step's factor depends only on the seed, the run and the step's id: every
 * arrangement of a flow gets the same noise.
 */
export function noiseFactors(sigma: number, seed: number, run: number): (step: string) => number {
  if (sigma === 0) return () => 1;
  const factors = new Map<string, number>();
  return (step) => {
    const factor = factors.get(step) ?? Math.exp(sigma * normal(randomFrom(`${seed} ${run} ${step}`)));
    factors.set(step, factor);
    return factor;
  };
}

/** A number from the standard normal distribution, by the Box–Muller transform of two uniform ones. */
function normal(random: () => number): number {
  // Random numbers are in [0, 1), so 1 − random is never 0, which has no logarithm.
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return radius * Math.cos(2 * Math.PI * random());
}

/** Pseudorandom numbers in [0, 1), seeded with a text: Tommy Ettinger's mulberry32. Source: https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
export function randomFrom(text: string): () => number {
  let state = hash(text);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A 32-bit hash of a text: FNV-1a (draft-eastlake-fnv), then the finalizer of MurmurHash3, so that similar texts have unrelated hashes. */
function hash(text: string): number {
  let bits = 0x811c9dc5;
  for (const byte of Buffer.from(text)) bits = Math.imul(bits ^ byte, 0x01000193);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) | 0;
}
