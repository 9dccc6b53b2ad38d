/** A directed acyclic graph. Nodes are numbered so that every edge leads to a higher number. */
export interface Dag {
  /** Seconds of each node. */
  readonly weights: readonly number[];
  /** The direct successors of each node, each once. */
  readonly successors: readonly (readonly number[])[];
}

/** A subgraph. Its nodes are addressed by their position in `nodes`, which keeps the topological order. */
export interface Part {
  /** The nodes' numbers in the whole graph. */
  readonly nodes: readonly number[];
  readonly weights: readonly number[];
  readonly successors: readonly (readonly number[])[];
  readonly predecessors: readonly (readonly number[])[];
}

/** The subgraph of `nodes` (in rising order) and the edges between them. */
export function induce(dag: Dag, nodes: readonly number[]): Part {
  const position = new Map(nodes.map((node, at) => [node, at]));
  const predecessors: number[][] = nodes.map(() => []);
  const successors = nodes.map((node, at) => {
    const inside = (dag.successors[node] ?? []).flatMap((next) => position.get(next) ?? []);
    for (const next of inside) predecessors[next]?.push(at);
    return inside;
  });
  return { nodes, weights: nodes.map((node) => dag.weights[node] ?? 0), successors, predecessors };
}

/** The largest of `values` at the given positions; 0 where there is none. */
const largest = (values: readonly number[], positions: readonly number[]): number =>
  positions.reduce((most, at) => Math.max(most, values[at] ?? 0), 0);

/** When each node ends if each starts as soon as it can, in seconds. */
export function earliestFinish(part: Part): readonly number[] {
  const finish: number[] = [];
  for (const [at, weight] of part.weights.entries()) finish.push(largest(finish, part.predecessors[at] ?? []) + weight);
  return finish;
}

/** The longest way from each node's start to the end of the part, in seconds. */
export function tails(part: Part): readonly number[] {
  const tail: number[] = part.weights.map(() => 0);
  for (let at = part.weights.length - 1; at >= 0; at -= 1) {
    tail[at] = largest(tail, part.successors[at] ?? []) + (part.weights[at] ?? 0);
  }
  return tail;
}

/** The number of nodes on the longest way to each node, without itself. */
export function levels(part: Part): readonly number[] {
  const level: number[] = [];
  for (const before of part.predecessors) level.push(before.length === 0 ? 0 : largest(level, before) + 1);
  return level;
}
