import { type Dag, wholeOf } from '../../../lib/compiler/arrange/dag.ts';
import type { Arrangement } from '../../../lib/compiler/arrange/series-parallel.ts';

/** Properties of arrangements. */

export const dag = (durations: readonly number[], edges: readonly (readonly [number, number])[]): Dag => {
  const successors: number[][] = durations.map(() => []);
  for (const [from, to] of edges) successors[from]?.push(to);
  return { durations, successors };
};

/** All steps take one second. */
export const unit = (size: number, edges: readonly (readonly [number, number])[]): Dag =>
  dag(new Array<number>(size).fill(1), edges);

const innerOf = (tree: Exclude<Arrangement, { kind: 'step' }>): readonly Arrangement[] =>
  tree.kind === 'sequence' ? tree.parts : tree.branches;

/** `0 (1 | 2 3)` for 0, then 1 beside 2 before 3. */
export const text = (tree: Arrangement): string => {
  if (tree.kind === 'step') return String(tree.node);
  if (tree.kind === 'sequence') return tree.parts.map(text).join(' ');
  return `(${tree.branches.map(text).join(' | ')})`;
};

export const nodesOf = (tree: Arrangement): readonly number[] =>
  tree.kind === 'step' ? [tree.node] : innerOf(tree).flatMap(nodesOf);

/** How deep Parallels are nested. */
export const nesting = (tree: Arrangement): number =>
  tree.kind === 'step' ? 0 : Math.max(...innerOf(tree).map(nesting)) + (tree.kind === 'parallel' ? 1 : 0);

export const parallelsIn = (tree: Arrangement): number =>
  tree.kind === 'step'
    ? 0
    : innerOf(tree).reduce((sum, inner) => sum + parallelsIn(inner), tree.kind === 'parallel' ? 1 : 0);

/** Whether each Parallel has branches and each sequence parts, and neither directly holds another of its kind. */
export const isSmall = (tree: Arrangement): boolean =>
  tree.kind === 'step' ||
  (innerOf(tree).length > 1 && innerOf(tree).every((inner) => inner.kind !== tree.kind && isSmall(inner)));

/** When each node starts and ends if the tree runs with the given seconds. */
export function runOf(tree: Arrangement, durations: readonly number[]): ReadonlyMap<number, readonly [number, number]> {
  const times = new Map<number, readonly [number, number]>();
  const run = (inner: Arrangement, at: number): number => {
    if (inner.kind === 'sequence') return inner.parts.reduce((time, part) => run(part, time), at);
    if (inner.kind === 'parallel') return Math.max(...inner.branches.map((branch) => run(branch, at)));
    const end = at + (durations[inner.node] ?? 0);
    times.set(inner.node, [at, end]);
    return end;
  };
  run(tree, 0);
  return times;
}

export const makespan = (tree: Arrangement, durations: readonly number[]): number => {
  if (tree.kind === 'step') return durations[tree.node] ?? 0;
  const inner = innerOf(tree).map((part) => makespan(part, durations));
  return tree.kind === 'sequence' ? inner.reduce((sum, seconds) => sum + seconds, 0) : Math.max(...inner);
};

export const criticalPath = (graph: Dag, durations: readonly number[] = graph.durations): number =>
  wholeOf({ ...graph, durations }).length;

/** How long the graph's levels take in sequence, in seconds. */
export function levelled(graph: Dag): number {
  const longest: number[] = [];
  for (const [at, level] of wholeOf(graph).level.entries()) {
    longest[level] = Math.max(longest[level] ?? 0, graph.durations[at] ?? 0);
  }
  return longest.reduce((sum, seconds) => sum + seconds, 0);
}
