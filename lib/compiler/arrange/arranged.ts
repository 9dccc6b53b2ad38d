import type { Part } from './dag.ts';
import type { Scenarios, Spans } from './scenarios.ts';

/** How steps are arranged: one after another, side by side, or one alone. Nodes are indices into the graph. */
export type Arrangement =
  | { readonly kind: 'step'; readonly node: number }
  | { readonly kind: 'sequence'; readonly parts: readonly Arrangement[] }
  | { readonly kind: 'parallel'; readonly branches: readonly Arrangement[] };

/** An arrangement, and what it takes. */
export interface Arranged {
  readonly tree: Arrangement;
  readonly spans: Spans;
}

export const arrangedStep = (node: number, { seconds }: Scenarios): Arranged => ({
  tree: { kind: 'step', node },
  spans: seconds(node),
});

/** One after another; a sequence inside the sequence is just a part of it. */
export function inSequence(parts: readonly Arranged[]): Arranged {
  const [first, ...more] = parts;
  if (first && more.length === 0) return first;
  const flat = parts.flatMap(({ tree }) => (tree.kind === 'sequence' ? tree.parts : [tree]));
  const spans = reduce(parts, (sum, seconds) => sum + seconds);
  return { tree: { kind: 'sequence', parts: flat }, spans };
}

/** Side by side; of one alone there is no Parallel. */
export function sideBySide(branches: readonly Arranged[]): Arranged {
  const [first, ...more] = branches;
  if (first && more.length === 0) return first;
  const trees = branches.map(({ tree }) => tree);
  return { tree: { kind: 'parallel', branches: trees }, spans: reduce(branches, Math.max) };
}

function reduce(inner: readonly Arranged[], combine: (a: number, b: number) => number): Spans {
  const spans = new Float64Array(inner[0]?.spans.length ?? 0);
  for (const { spans: own } of inner) {
    for (let scenario = 0; scenario < own.length; scenario += 1) {
      spans[scenario] = combine(spans[scenario] ?? 0, own[scenario] ?? 0);
    }
  }
  return spans;
}

/** Each level's steps side by side, one level after the other. */
export function levelByLevel({ nodes, level }: Part, scenarios: Scenarios): Arranged {
  const levels: Arranged[][] = [];
  for (const [at, node] of nodes.entries()) {
    const step = arrangedStep(node, scenarios);
    const beside = levels[level[at] ?? 0];
    if (beside) beside.push(step);
    else levels[level[at] ?? 0] = [step];
  }
  return inSequence(levels.map(sideBySide));
}

/** What {@link levelByLevel} takes in the first scenario. */
export function levelledSeconds({ durations, level }: Part): number {
  const longest: number[] = [];
  for (const [at, own] of level.entries()) longest[own] = Math.max(longest[own] ?? 0, durations[at] ?? 0);
  return longest.reduce((sum, seconds) => sum + seconds, 0);
}
