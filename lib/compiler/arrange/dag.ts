/** A directed acyclic graph. Its nodes are numbered in topological order: every edge leads to a higher number. */
export interface Dag {
  /** Seconds of each node. */
  readonly durations: readonly number[];
  /** The direct successors of each node, each once. */
  readonly successors: readonly (readonly number[])[];
}

/** A subgraph. Its arrays are indexed by position in `nodes`, which is in topological order. */
export interface Part {
  /** The nodes' numbers in the whole graph. */
  readonly nodes: readonly number[];
  readonly durations: readonly number[];
  readonly successors: readonly (readonly number[])[];
  readonly predecessors: readonly (readonly number[])[];
  /** The earliest finish of each node, in seconds. */
  readonly finish: readonly number[];
  /** The longest path from each node's start to the end of the part, in seconds. */
  readonly tail: readonly number[];
  /** The number of nodes on the longest path to each node, without the node itself. */
  readonly level: readonly number[];
  /** The part's critical path, in seconds. */
  readonly length: number;
  /** The number of nodes and edges: the effort of visiting the whole part once. */
  readonly size: number;
}

/** A division of a part's positions into groups. */
export interface Groups {
  /** The number of the group of each position. */
  readonly of: readonly number[];
  readonly count: number;
}

/** The whole graph as a part of itself. */
export const wholeOf = ({ durations, successors }: Dag): Part =>
  partOf(
    durations.map((_, node) => node),
    durations,
    successors,
  );

/** The subgraphs that groups of positions induce. */
export function divide(part: Part, { of, count }: Groups): readonly Part[] {
  const nodes: number[][] = Array.from({ length: count }, () => []);
  const durations: number[][] = nodes.map(() => []);
  const position = part.nodes.map((node, at) => {
    const group = of[at] ?? 0;
    durations[group]?.push(part.durations[at] ?? 0);
    return (nodes[group]?.push(node) ?? 1) - 1;
  });
  const successors: number[][][] = nodes.map(() => []);
  for (const [at, all] of part.successors.entries()) {
    const inside: number[] = [];
    for (const next of all) if (of[next] === of[at]) inside.push(position[next] ?? 0);
    successors[of[at] ?? 0]?.push(inside);
  }
  return nodes.map((own, group) => partOf(own, durations[group] ?? [], successors[group] ?? []));
}

function partOf(
  nodes: readonly number[],
  durations: readonly number[],
  successors: readonly (readonly number[])[],
): Part {
  const [first] = durations;
  if (durations.length === 1 && first !== undefined) return partOfOne(nodes, first);
  const predecessors = reversed(successors);
  const finish = finishes(durations, predecessors);
  const length = finish.reduce((most, seconds) => Math.max(most, seconds), 0);
  const size = successors.reduce((sum, { length: edges }) => sum + edges, nodes.length);
  const times = { finish, tail: tails(durations, successors), level: levels(predecessors) };
  return { nodes, durations, successors, predecessors, ...times, length, size };
}

// Most parts are single nodes.
const NO_EDGES = [[]];
const FIRST_LEVEL = [0];

function partOfOne(nodes: readonly number[], seconds: number): Part {
  const own = [seconds];
  const edges = { successors: NO_EDGES, predecessors: NO_EDGES };
  return { nodes, durations: own, ...edges, finish: own, tail: own, level: FIRST_LEVEL, length: seconds, size: 1 };
}

function reversed(successors: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const predecessors: number[][] = successors.map(() => []);
  for (const [at, all] of successors.entries()) for (const next of all) predecessors[next]?.push(at);
  return predecessors;
}

function finishes(durations: readonly number[], predecessors: readonly (readonly number[])[]): readonly number[] {
  const finish: number[] = [];
  for (const [at, duration] of durations.entries()) finish.push(largest(finish, predecessors[at] ?? []) + duration);
  return finish;
}

function tails(durations: readonly number[], successors: readonly (readonly number[])[]): readonly number[] {
  const tail: number[] = durations.map(() => 0);
  for (let at = durations.length - 1; at >= 0; at -= 1) {
    tail[at] = largest(tail, successors[at] ?? []) + (durations[at] ?? 0);
  }
  return tail;
}

function levels(predecessors: readonly (readonly number[])[]): readonly number[] {
  const level: number[] = [];
  for (const before of predecessors) level.push(before.length === 0 ? 0 : largest(level, before) + 1);
  return level;
}

/** The largest of `values` at the given positions; 0 if there are none. */
function largest(values: readonly number[], positions: readonly number[]): number {
  let most = 0;
  for (const at of positions) most = Math.max(most, values[at] ?? 0);
  return most;
}
