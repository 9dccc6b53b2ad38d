import { levels, type Part } from './dag.ts';

/**
 * Cuts a connected part at every place where the cut costs nothing, whatever the steps' times: each step that ends the
 * first half directly precedes each step that begins the second. Returns the nodes between the cuts, in order.
 *
 * Such a cut always falls between two levels, so one pass over nodes and edges finds all of them: the second half
 * begins with level L + 1; the first half ends with the nodes up to L without successors up to L.
 */
export function findPerfectCuts(part: Part): readonly (readonly number[])[] {
  const level = levels(part);
  const depth = level.reduce((most, own) => Math.max(most, own), 0) + 1;
  const begins = new Array<number>(depth).fill(0);
  const ends = new Array<number>(depth + 1).fill(0);
  const edges = new Array<number>(depth).fill(0);
  for (const [at, successors] of part.successors.entries()) {
    const own = level[at] ?? 0;
    begins[own] = (begins[own] ?? 0) + 1;
    const next = successors.reduce((least, to) => Math.min(least, level[to] ?? depth), depth);
    // This node ends the first half of each cut from its own level up to the one before its first successor.
    ends[own] = (ends[own] ?? 0) + 1;
    ends[next] = (ends[next] ?? 0) - 1;
    if (next < depth) edges[next] = (edges[next] ?? 0) + successors.filter((to) => level[to] === next).length;
  }
  return split(part, level, rankLevels(depth, perfectLevels(begins, ends, edges)));
}

/** The levels with which a second half may begin. */
function perfectLevels(
  begins: readonly number[],
  ends: readonly number[],
  edges: readonly number[],
): ReadonlySet<number> {
  const perfect = new Set<number>();
  let open = 0;
  for (let level = 1; level < begins.length; level += 1) {
    open += ends[level - 1] ?? 0;
    if (edges[level] === open * (begins[level] ?? 0)) perfect.add(level);
  }
  return perfect;
}

/** How many cuts lie before each level. */
function rankLevels(depth: number, cuts: ReadonlySet<number>): readonly number[] {
  const ranks: number[] = [];
  let rank = 0;
  for (let level = 0; level < depth; level += 1) {
    if (cuts.has(level)) rank += 1;
    ranks.push(rank);
  }
  return ranks;
}

/** The nodes between the cuts. */
function split(part: Part, level: readonly number[], ranks: readonly number[]): readonly (readonly number[])[] {
  const segments: number[][] = Array.from({ length: (ranks.at(-1) ?? 0) + 1 }, () => []);
  for (const [at, node] of part.nodes.entries()) segments[ranks[level[at] ?? 0] ?? 0]?.push(node);
  return segments;
}
