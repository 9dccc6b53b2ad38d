import { earliestFinish, levels, type Part, tails } from './dag.ts';

/** A way to cut: the first `size` positions of `order` before the others; the two halves then take `seconds` in all. */
interface Cut {
  readonly order: readonly number[];
  readonly size: number;
  readonly seconds: number;
}

/**
 * Cuts a connected part in two, the first half before the second, where the critical path grows least. Candidates are
 * the prefixes of three orders: by earliest finish, by latest start and by level. In each of them every node comes
 * after its predecessors, so a prefix needs nothing of the rest.
 */
export function findCut(part: Part): readonly (readonly number[])[] {
  const finish = earliestFinish(part);
  const tail = tails(part);
  const level = levels(part);
  const orders = [sortBy(finish), sortBy(tail.map((seconds) => -seconds)), sortBy(level)];
  const best = orders.map((order) => bestPrefix(order, finish, tail)).reduce((a, b) => (better(b, a) ? b : a));
  const first = new Set(best.order.slice(0, best.size));
  const half = (inside: boolean): number[] => part.nodes.filter((_, at) => first.has(at) === inside);
  return [half(true), half(false)];
}

/** Positions by rising key; equal ones stay in topological order. */
const sortBy = (keys: readonly number[]): readonly number[] =>
  keys.map((_, at) => at).sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b);

/** What a prefix and the rest take one after the other is the prefix's last finish and the rest's longest tail. */
function bestPrefix(order: readonly number[], finish: readonly number[], tail: readonly number[]): Cut {
  const rest: number[] = [];
  for (let at = order.length - 1; at > 0; at -= 1) rest[at] = Math.max(rest[at + 1] ?? 0, tail[order[at] ?? 0] ?? 0);
  let best: Cut = { order, size: 1, seconds: Number.POSITIVE_INFINITY };
  let last = 0;
  for (let size = 1; size < order.length; size += 1) {
    last = Math.max(last, finish[order[size - 1] ?? 0] ?? 0);
    const cut = { order, size, seconds: last + (rest[size] ?? 0) };
    if (better(cut, best)) best = cut;
  }
  return best;
}

/** Of equal cuts the more even one is better: it leaves less depth. */
const better = (a: Cut, b: Cut): boolean =>
  a.seconds < b.seconds || (a.seconds === b.seconds && evenness(a) > evenness(b));

const evenness = ({ order, size }: Cut): number => Math.min(size, order.length - size);
