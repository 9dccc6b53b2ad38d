/**
 * Noise on the seconds of steps: each step's are multiplied by exp(σ·z), z drawn from the standard normal distribution,
 * so that their median stays. A step's factor depends on the seed, the run and the step's id alone: another arrangement
 * of the same flow meets the same noise.
 */
export function noiseOf(sigma: number, seed: number, run: number): (step: string) => number {
  if (sigma === 0) return () => 1;
  const factors = new Map<string, number>();
  return (step) => {
    const known = factors.get(step) ?? Math.exp(sigma * normal(randomFrom(`${seed} ${run} ${step}`)));
    factors.set(step, known);
    return known;
  };
}

/** A number from the standard normal distribution, by the Box–Muller transform of two uniform ones. */
function normal(random: () => number): number {
  // 1 − [0, 1) is never 0, which has no logarithm.
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return radius * Math.cos(2 * Math.PI * random());
}

/** Numbers in [0, 1) that follow from a text alone: Tommy Ettinger's mulberry32. Source: https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
export function randomFrom(text: string): () => number {
  let state = hash(text);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A text as 32 bits: FNV-1a (draft-eastlake-fnv), and the finalizer of MurmurHash3, so that near texts are far apart. */
function hash(text: string): number {
  let bits = 0x811c9dc5;
  for (const byte of Buffer.from(text)) bits = Math.imul(bits ^ byte, 0x01000193);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) | 0;
}
