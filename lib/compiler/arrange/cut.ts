import type { Groups, Part } from './dag.ts';
import { type Prefixes, prefixesOf } from './prefixes.ts';

/** A way to cut: the first `size` positions of `order` before the others. */
export interface Cut {
  readonly order: readonly number[];
  readonly size: number;
  /** What the halves take one after the other, at least. */
  readonly seconds: number;
  /** What the cut costs for what it settles: the lower, the better. */
  readonly price: number;
}

/** How cuts are priced. */
export interface Pricing {
  /** Seconds that the part may take without lengthening anything. */
  readonly limit: number;
  /** Whether a cut is dearer that makes steps wait for strangers. */
  readonly fitting: boolean;
  /** Whether each half has to get at least a quarter of the nodes. */
  readonly even: boolean;
}

// What a cut costs that loses nothing, as a share of the part's critical path. Any small number would do: between cuts
// that lose nothing, the edges decide.
const LEAST = 1e-2;

/** The cheapest cut of a connected part in two, the first half before the second. */
export function findCut(part: Part, pricing: Pricing): Cut {
  const cuts = prefixesOf(part).flatMap((prefixes) => cheapestCuts(part, prefixes, pricing, 1));
  return cuts.reduce((best, cut) => (cut.price < best.price ? cut : best));
}

/** Of each order of the part, the cheapest cut in each of some stretches of equal length; the cheapest first. */
export function findCuts(part: Part, pricing: Pricing, stretches: number): readonly Cut[] {
  const cuts = prefixesOf(part).flatMap((prefixes) => cheapestCuts(part, prefixes, pricing, stretches));
  return cuts.sort((a, b) => a.price - b.price);
}

/** The positions of a cut's first half as group 0, those of the second as group 1. */
export function halvesOf({ order, size }: Cut): Groups {
  const of = new Array<number>(order.length).fill(0);
  for (let place = size; place < order.length; place += 1) of[order[place] ?? 0] = 1;
  return { of, count: 2 };
}

function cheapestCuts(part: Part, prefixes: Prefixes, pricing: Pricing, stretches: number): readonly Cut[] {
  const { order, seconds } = prefixes;
  const least = pricing.even ? Math.ceil(order.length / 4) : 1;
  const sizes = order.length - 2 * least + 1;
  const cuts = new Map<number, Cut>();
  for (let size = least; size < least + sizes; size += 1) {
    const stretch = Math.floor(((size - least) * stretches) / sizes);
    const price = priceOf(part, prefixes, size, pricing);
    const best = cuts.get(stretch);
    if (!best || price < best.price) cuts.set(stretch, { order, size, seconds: seconds[size] ?? 0, price });
  }
  return [...cuts.values()];
}

/**
 * The seconds that the cut loses, as a share of the critical path, for each edge that it settles. Seconds alone would
 * be a bad guide: the cheapest cut would then be one that splits off a single short step, again and again.
 */
function priceOf({ length }: Part, prefixes: Prefixes, size: number, { limit, fitting }: Pricing): number {
  const lost = Math.max(0, (prefixes.seconds[size] ?? 0) - Math.max(limit, length));
  const settled = (prefixes.edges[size] ?? 0) * (fitting ? Math.sqrt(prefixes.fit[size] ?? 0) : 1);
  return ((lost > 0 ? lost / length : 0) + LEAST) / settled;
}
