import { type Dag, wholeOf } from '../../../lib/compiler/arrange/dag.ts';

/**
 * The makespan of the best series-parallel tree of a graph, found by trying every cut of every part: for graphs of up to
 * some 14 nodes. Sets of nodes are the bits of a number.
 */
export function bestSeconds(graph: Dag): number {
  const { durations, successors, predecessors } = wholeOf(graph);
  const after = successors.map(bitsOf);
  const before = predecessors.map(bitsOf);
  const known = new Map<number, number>();

  const best = (set: number): number => {
    const found = known.get(set) ?? compute(set);
    known.set(set, found);
    return found;
  };
  const compute = (set: number): number => {
    const component = componentOf(set);
    if (component !== set) return Math.max(best(component), best(set & ~component));
    if ((set & (set - 1)) === 0) return durations[31 - Math.clz32(set)] ?? 0;
    let least = Number.POSITIVE_INFINITY;
    for (const first of beginnings(set)) least = Math.min(least, best(first) + best(set & ~first));
    return least;
  };
  const componentOf = (set: number): number => {
    let component = set & -set;
    for (let grown = 0; grown !== component; ) {
      grown = component;
      for (const node of members(grown)) component |= ((after[node] ?? 0) | (before[node] ?? 0)) & set;
    }
    return component;
  };
  /** The proper, non-empty subsets of a set that depend on nothing in the rest. */
  const beginnings = (set: number): ReadonlySet<number> => {
    const found = new Set<number>();
    const open = [0];
    for (let taken = open.pop(); taken !== undefined; taken = open.pop()) {
      for (const node of members(set & ~taken)) {
        const more = taken | (1 << node);
        if (((before[node] ?? 0) & set & ~taken) !== 0 || more === set || found.has(more)) continue;
        found.add(more);
        open.push(more);
      }
    }
    return found;
  };
  return best((1 << durations.length) - 1);
}

const bitsOf = (nodes: readonly number[]): number => nodes.reduce((bits, node) => bits | (1 << node), 0);

function members(set: number): readonly number[] {
  const nodes: number[] = [];
  for (let rest = set; rest !== 0; rest &= rest - 1) nodes.push(31 - Math.clz32(rest & -rest));
  return nodes;
}
