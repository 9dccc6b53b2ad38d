import type { Part } from './dag.ts';
import type { Makespans, Scenarios } from './scenarios.ts';

/** A series-parallel tree: one step, parts in sequence, or branches in parallel. Nodes are indices into the graph. */
export type Arrangement =
  | { readonly kind: 'step'; readonly node: number }
  | { readonly kind: 'sequence'; readonly parts: readonly Arrangement[] }
  | { readonly kind: 'parallel'; readonly branches: readonly Arrangement[] };

/** An arrangement, and how long it takes in each scenario. */
export interface Arranged {
  readonly tree: Arrangement;
  readonly makespans: Makespans;
}

/** A single step. */
export const arrangedStep = (node: number, { seconds }: Scenarios): Arranged => ({
  tree: { kind: 'step', node },
  makespans: seconds(node),
});

/** Parts in sequence. A sequence among them is flattened into it. */
export function inSequence(parts: readonly Arranged[]): Arranged {
  const [first, ...more] = parts;
  if (first && more.length === 0) return first;
  const flat = parts.flatMap(({ tree }) => (tree.kind === 'sequence' ? tree.parts : [tree]));
  const makespans = reduce(parts, (sum, seconds) => sum + seconds);
  return { tree: { kind: 'sequence', parts: flat }, makespans };
}

/** Branches in parallel. A single branch needs no Parallel. */
export function sideBySide(branches: readonly Arranged[]): Arranged {
  const [first, ...more] = branches;
  if (first && more.length === 0) return first;
  const trees = branches.map(({ tree }) => tree);
  return { tree: { kind: 'parallel', branches: trees }, makespans: reduce(branches, Math.max) };
}

function reduce(inner: readonly Arranged[], combine: (a: number, b: number) => number): Makespans {
  const makespans = new Float64Array(inner[0]?.makespans.length ?? 0);
  for (const { makespans: own } of inner) {
    for (let scenario = 0; scenario < own.length; scenario += 1) {
      makespans[scenario] = combine(makespans[scenario] ?? 0, own[scenario] ?? 0);
    }
  }
  return makespans;
}

/** The levels of a part in sequence, the steps of each level in parallel. */
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

/** How long {@link levelByLevel} takes in the first scenario, in seconds. */
export function levelledSeconds({ durations, level }: Part): number {
  const longest: number[] = [];
  for (const [at, own] of level.entries()) longest[own] = Math.max(longest[own] ?? 0, durations[at] ?? 0);
  return longest.reduce((sum, seconds) => sum + seconds, 0);
}
