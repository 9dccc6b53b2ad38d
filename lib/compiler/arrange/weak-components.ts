import type { Groups, Part } from './dag.ts';

/** The weakly connected components of a part, by union-find, numbered in the order of their first positions. */
export function weakComponents({ successors }: Part): Groups {
  const root = successors.map((_, at) => at);
  for (const [at, all] of successors.entries()) {
    for (const next of all) {
      const [a, b] = [find(root, at), find(root, next)];
      // The first position of a set is its root, so that it comes first below.
      root[Math.max(a, b)] = Math.min(a, b);
    }
  }
  const of: number[] = [];
  let count = 0;
  for (const at of root.keys()) {
    const first = find(root, at);
    of.push(first === at ? count++ : (of[first] ?? 0));
  }
  return { of, count };
}

/** The root of a position's set. Halves the path to it, so that the next search is shorter. */
function find(root: number[], at: number): number {
  let here = at;
  for (let above = root[here] ?? here; above !== here; above = root[here] ?? here) {
    root[here] = root[above] ?? above;
    here = root[here] ?? here;
  }
  return here;
}
