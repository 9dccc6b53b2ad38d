import type { Part } from './dag.ts';

/** What is known of each prefix of an order of positions: `of[size]` belongs to the first `size` of them. */
export interface Prefixes {
  readonly order: readonly number[];
  /** What prefix and rest take one after the other if neither has a further cut: a lower bound, in seconds. */
  readonly seconds: Float64Array;
  /** The edges from the prefix to the rest: these wait no longer than they have to, or are paid for. */
  readonly edges: Float64Array;
  /**
   * The share of edges among the pairs of a step that ends the prefix and one that begins the rest. 1: every one that
   * begins after the cut waits for every one that ends before it anyway; near 0: the cut makes strangers wait.
   */
  readonly fit: Float64Array;
}

/**
 * The prefixes of three orders: by earliest finish, by latest start and by level. In each of them every node comes
 * after its predecessors, so a prefix needs nothing of the rest. Of all cuts after which the first half takes no longer
 * than some time, the one by earliest finish leaves the shortest rest; by latest start it is the other way round.
 */
export function prefixesOf(part: Part): readonly Prefixes[] {
  const orders = [sortBy(part.finish), sortBy(part.tail.map((seconds) => -seconds)), sortBy(part.level)];
  return orders.map((order) => {
    const edges = edgesAcross(part, order);
    return { order, seconds: secondsOf(part, order), edges, fit: fitOf(part, order) };
  });
}

/** Positions by rising key; equal ones stay in topological order. */
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
 * A node ends the prefixes from the first that has it to the last that has none of its successors; it begins the rests
 * of the prefixes from the first that has all of its predecessors to the last that has not itself. So an edge counts for
 * the prefixes that its start ends and whose rest its end begins.
 */
function fitOf({ successors, predecessors }: Part, order: readonly number[]): Float64Array {
  const length = order.length;
  const rank = new Float64Array(length);
  for (const [place, at] of order.entries()) rank[at] = place;
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
  const ends = new Spread(length);
  const begins = new Spread(length);
  const edges = new Spread(length);
  for (const [at, all] of successors.entries()) {
    ends.add((rank[at] ?? 0) + 1, until[at] ?? 0);
    begins.add(from[at] ?? 0, rank[at] ?? 0);
    for (const next of all) edges.add(from[next] ?? 0, until[at] ?? 0);
  }
  const [joined, ending, beginning] = [edges.sums(), ends.sums(), begins.sums()];
  return joined.map((pairs, size) => pairs / ((ending[size] ?? 0) * (beginning[size] ?? 0)));
}

/** Counts over sizes of prefixes, each added to a whole range of them at once. */
class Spread {
  readonly #steps: Float64Array;

  constructor(length: number) {
    this.#steps = new Float64Array(length + 2);
  }

  /** One more for each size from `first` to `last`; nothing if there is none. */
  add(first: number, last: number): void {
    if (first > last) return;
    this.#steps[first] = (this.#steps[first] ?? 0) + 1;
    this.#steps[last + 1] = (this.#steps[last + 1] ?? 0) - 1;
  }

  sums(): Float64Array {
    const sums = this.#steps.slice();
    for (let size = 1; size < sums.length; size += 1) sums[size] = (sums[size] ?? 0) + (sums[size - 1] ?? 0);
    return sums;
  }
}
