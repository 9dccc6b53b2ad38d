import type { Groups, Part } from './dag.ts';

/**
 * Finds every cut of a connected part that loses nothing, whatever the steps' durations: each step that ends the first half
 * directly precedes each step that begins the second. Returns the positions between the cuts as groups, in order.
 *
 * Such a cut always falls between two levels, so one pass over nodes and edges finds all of them: the second half
 * begins with level L + 1; the first half ends with the nodes up to L without successors up to L.
 */
export function findPerfectCuts({ level, successors: all }: Part): Groups {
  const depth = level.reduce((most, own) => Math.max(most, own), 0) + 1;
  const begins = new Array<number>(depth).fill(0);
  const ends = new Array<number>(depth + 1).fill(0);
  const edges = new Array<number>(depth).fill(0);
  for (const [at, successors] of all.entries()) {
    const own = level[at] ?? 0;
    begins[own] = (begins[own] ?? 0) + 1;
    let next = depth;
    for (const to of successors) next = Math.min(next, level[to] ?? depth);
    // This node ends the first half of each cut from its own level up to the one before its first successor.
    ends[own] = (ends[own] ?? 0) + 1;
    ends[next] = (ends[next] ?? 0) - 1;
    for (const to of successors) if (level[to] === next) edges[next] = (edges[next] ?? 0) + 1;
  }
  const ranks = rankLevels(begins, ends, edges);
  return { of: level.map((own) => ranks[own] ?? 0), count: (ranks.at(-1) ?? 0) + 1 };
}

/** The number of perfect cuts before each level. */
function rankLevels(begins: readonly number[], ends: readonly number[], edges: readonly number[]): readonly number[] {
  const ranks = [0];
  let open = 0;
  let rank = 0;
  for (let level = 1; level < begins.length; level += 1) {
    open += ends[level - 1] ?? 0;
    if (edges[level] === open * (begins[level] ?? 0)) rank += 1;
    ranks.push(rank);
  }
  return ranks;
}
