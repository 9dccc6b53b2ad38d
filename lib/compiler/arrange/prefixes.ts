import type { Part } from './dag.ts';

/** Properties of each prefix of an order of positions. Index `size` is the prefix of the first `size` positions. */
export interface Prefixes {
  readonly order: readonly number[];
  /** How long prefix and rest take in sequence if neither is cut further: a lower bound, in seconds. */
  readonly seconds: Float64Array;
  /** The number of edges from the prefix to the rest. */
  readonly edges: Float64Array;
  /**
   * Among the pairs of a step that ends the prefix and one that begins the rest, the share that has an edge. 1: each of
   * these steps waits for all of the others anyway; near 0: the cut makes steps wait for unrelated ones.
   */
  readonly fit: Float64Array;
}

/**
 * The prefixes of three orders: by earliest finish, by latest start and by level. Each is a topological
 * order, so a prefix depends on nothing in the rest. Of all cuts whose first half takes no longer than some time, one by
 * earliest finish leaves the shortest rest; of all cuts whose rest takes no longer, one by latest start leaves the shortest
 * first half.
 */
export function prefixesOf(part: Part): readonly Prefixes[] {
  const orders = [sortBy(part.finish), sortBy(part.tail.map((seconds) => -seconds)), sortBy(part.level)];
  return orders.map((order) => {
    const edges = edgesAcross(part, order);
    return { order, seconds: secondsOf(part, order), edges, fit: fitOf(part, order) };
  });
}

/** Positions by ascending key; those with equal keys stay in topological order. */
const sortBy = (keys: readonly number[]): readonly number[] =>
  keys.map((_, at) => at).sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b);

/** The prefix's last finish and the rest's longest tail. */
function secondsOf({ finish, tail }: Part, order: readonly number[]): Float64Array {
  const seconds = new Float64Array(order.length + 1);
  let longest = 0;
  for (let size = order.length - 1; size >= 0; size -= 1) {
    longest = Math.max(longest, tail[order[size] ?? 0] ?? 0);
    seconds[size] = longest;
  }
  let last = 0;
  for (const [before, at] of order.entries()) {
    last = Math.max(last, finish[at] ?? 0);
    seconds[before + 1] = (seconds[before + 1] ?? 0) + last;
  }
  return seconds;
}

function edgesAcross({ successors, predecessors }: Part, order: readonly number[]): Float64Array {
  const edges = new Float64Array(order.length + 1);
  for (const [size, at] of order.entries()) {
    const more = (successors[at]?.length ?? 0) - (predecessors[at]?.length ?? 0);
    edges[size + 1] = (edges[size] ?? 0) + more;
  }
  return edges;
}

/**
 * A node ends the prefixes from the first that contains it to the last that contains none of its successors. It begins the
 * rest of the prefixes from the first that contains all of its predecessors to the last that does not contain it. An edge
 * counts for the prefixes that its start ends and whose rest its end begins.
 */
function fitOf({ successors, predecessors }: Part, order: readonly number[]): Float64Array {
  const length = order.length;
  const rank = new Float64Array(length);
  for (const [index, at] of order.entries()) rank[at] = index;
  const until = successors.map((all) => {
    let least = length;
    for (const next of all) least = Math.min(least, rank[next] ?? 0);
    return least;
  });
  const from = predecessors.map((all) => {
    let least = 0;
    for (const before of all) least = Math.max(least, (rank[before] ?? 0) + 1);
    return least;
  });
  const ends = new RangeCounter(length);
  const begins = new RangeCounter(length);
  const edges = new RangeCounter(length);
  for (const [at, all] of successors.entries()) {
    ends.add((rank[at] ?? 0) + 1, until[at] ?? 0);
    begins.add(from[at] ?? 0, rank[at] ?? 0);
    for (const next of all) edges.add(from[next] ?? 0, until[at] ?? 0);
  }
  const [joined, ending, beginning] = [edges.sums(), ends.sums(), begins.sums()];
  return joined.map((pairs, size) => pairs / ((ending[size] ?? 0) * (beginning[size] ?? 0)));
}

/** Counts for each size of a prefix, incremented for a range of sizes at a time: a difference array. */
class RangeCounter {
  readonly #differences: Float64Array;

  constructor(length: number) {
    this.#differences = new Float64Array(length + 2);
  }

  /** Adds one for each size from `first` to `last`. */
  add(first: number, last: number): void {
    if (first > last) return;
    this.#differences[first] = (this.#differences[first] ?? 0) + 1;
    this.#differences[last + 1] = (this.#differences[last + 1] ?? 0) - 1;
  }

  sums(): Float64Array {
    const sums = this.#differences.slice();
    for (let size = 1; size < sums.length; size += 1) sums[size] = (sums[size] ?? 0) + (sums[size - 1] ?? 0);
    return sums;
  }
}
