import fc from 'fast-check';
import type { Dag } from '../../../lib/compiler/arrange/dag.ts';
import { dag } from './trees.ts';

/** Arbitrary graphs of up to 24 nodes. */
export const anyDag: fc.Arbitrary<Dag> = fc.integer({ min: 1, max: 24 }).chain((size) =>
  fc
    .tuple(
      fc.array(fc.integer({ min: 0, max: 20 }), { minLength: size, maxLength: size }),
      fc.uniqueArray(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { selector: String, maxLength: 3 * size }),
    )
    .map(([durations, pairs]) =>
      dag(
        durations,
        pairs.filter(([a, b]) => a < b),
      ),
    ),
);

/** A series-parallel graph, as its tree. */
export type Shape = 'step' | { readonly sequence: readonly Shape[] } | { readonly parallel: readonly Shape[] };

export const { shape: seriesParallel } = fc.letrec<{ shape: Shape }>((tie) => ({
  shape: fc.oneof(
    { maxDepth: 5 },
    fc.constant('step' as const),
    fc.record({ sequence: fc.array(tie('shape'), { minLength: 1, maxLength: 4 }) }),
    fc.record({ parallel: fc.array(tie('shape'), { minLength: 1, maxLength: 4 }) }),
  ),
}));

interface Realised {
  readonly size: number;
  readonly edges: readonly (readonly [number, number])[];
}

/** Numbers a shape's nodes in topological order, and adds its edges: in a sequence, from every end to every start of the next part. */
export function realise(shape: Shape): Realised {
  const edges: (readonly [number, number])[] = [];
  let size = 0;
  const place = (part: Shape): { starts: readonly number[]; ends: readonly number[] } => {
    if (part === 'step') {
      size += 1;
      return { starts: [size - 1], ends: [size - 1] };
    }
    if ('parallel' in part) {
      const placed = part.parallel.map(place);
      return { starts: placed.flatMap(({ starts }) => starts), ends: placed.flatMap(({ ends }) => ends) };
    }
    const placed = part.sequence.map(place);
    for (const [at, { starts }] of placed.entries()) {
      for (const end of placed[at - 1]?.ends ?? []) for (const start of starts) edges.push([end, start]);
    }
    return { starts: placed[0]?.starts ?? [], ends: placed.at(-1)?.ends ?? [] };
  };
  place(shape);
  return { size, edges };
}

/** Random numbers in [0, 1), determined by the seed: a linear congruential generator with Knuth's MMIX constants. */
export function randomFrom(seed: number): () => number {
  let state = BigInt(seed);
  return () => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    return Number(state >> 11n) / 2 ** 53;
  };
}

/** A number of the standard normal distribution, as the sum of twelve uniform ones. */
export function normal(random: () => number): number {
  let sum = -6;
  for (let term = 0; term < 12; term += 1) sum += random();
  return sum;
}

/** Layers of steps whose edges come mostly from the layer before; durations spread over an order of magnitude. */
export function layers(size: number, width: number, seed: number): Dag {
  const random = randomFrom(seed);
  const below = (bound: number): number => Math.floor(random() * bound);
  const edges = Array.from({ length: size }, (_, node) => {
    const first = node - (node % width);
    const before = Array.from({ length: first === 0 ? 0 : 1 + below(3) }, () =>
      random() < 0.85 ? first - 1 - below(width) : below(first),
    );
    return [...new Set(before)].map((from) => [from, node] as const);
  });
  const durations = Array.from({ length: size }, () => Math.exp(0.8 * normal(random)));
  return dag(durations, edges.flat());
}
