import type { Groups, Part } from './dag.ts';
import { type Prefixes, prefixesOf } from './prefixes.ts';

/** A way to cut a part in two: the first `size` positions of `order` before the others. */
export interface Cut {
  readonly order: readonly number[];
  readonly size: number;
  /** How long the halves take in sequence, at least. */
  readonly seconds: number;
  /** How bad the cut is; without unit. */
  readonly penalty: number;
}

/** How cuts are rated. */
export interface CutRating {
  /** Seconds that the part may take without lengthening what surrounds it. */
  readonly limit: number;
  /** Whether a cut is worse the more it makes steps wait for unrelated ones: see `Prefixes.fit`. */
  readonly countsFit: boolean;
  /** Whether each half has to have at least a quarter of the nodes. */
  readonly even: boolean;
}

// The loss assumed for a cut that loses nothing, as a share of the part's critical path. Any small number would do: it
// makes the number of edges decide between such cuts.
const LEAST_LOSS = 1e-2;

/** The cut of a connected part with the lowest penalty. */
export function findCut(part: Part, rating: CutRating): Cut {
  const cuts = prefixesOf(part).flatMap((prefixes) => bestCuts(part, prefixes, rating, 1));
  return cuts.reduce((best, cut) => (cut.penalty < best.penalty ? cut : best));
}

/** For each order of the part, the best cut in each of several ranges of sizes; the lowest penalty first. */
export function findCuts(part: Part, rating: CutRating, ranges: number): readonly Cut[] {
  const cuts = prefixesOf(part).flatMap((prefixes) => bestCuts(part, prefixes, rating, ranges));
  return cuts.sort((a, b) => a.penalty - b.penalty);
}

/** The positions of a cut's first half as group 0, those of the second as group 1. */
export function halvesOf({ order, size }: Cut): Groups {
  const of = new Array<number>(order.length).fill(0);
  for (let index = size; index < order.length; index += 1) of[order[index] ?? 0] = 1;
  return { of, count: 2 };
}

function bestCuts(part: Part, prefixes: Prefixes, rating: CutRating, ranges: number): readonly Cut[] {
  const { order, seconds } = prefixes;
  const least = rating.even ? Math.ceil(order.length / 4) : 1;
  const sizes = order.length - 2 * least + 1;
  const cuts = new Map<number, Cut>();
  for (let size = least; size < least + sizes; size += 1) {
    const range = Math.floor(((size - least) * ranges) / sizes);
    const penalty = penaltyOf(part, prefixes, size, rating);
    const best = cuts.get(range);
    if (!best || penalty < best.penalty) cuts.set(range, { order, size, seconds: seconds[size] ?? 0, penalty });
  }
  return [...cuts.values()];
}

/**
 * The seconds that the cut loses, as a share of the critical path, per edge that it crosses. Judged by seconds alone, the
 * best cut would split off a single short step, again and again.
 */
function penaltyOf({ length }: Part, prefixes: Prefixes, size: number, { limit, countsFit }: CutRating): number {
  const lost = Math.max(0, (prefixes.seconds[size] ?? 0) - Math.max(limit, length));
  const crossed = (prefixes.edges[size] ?? 0) * (countsFit ? Math.sqrt(prefixes.fit[size] ?? 0) : 1);
  return ((lost > 0 ? lost / length : 0) + LEAST_LOSS) / crossed;
}
