import { findCut } from './cut.ts';
import { type Dag, induce, levels, type Part } from './dag.ts';
import { findPerfectCuts } from './perfect-cuts.ts';

/** How steps are arranged: one after another, side by side, or one alone. Nodes are indices into the {@link Dag}. */
export type Arrangement =
  | { readonly kind: 'step'; readonly node: number }
  | { readonly kind: 'sequence'; readonly parts: readonly Arrangement[] }
  | { readonly kind: 'parallel'; readonly branches: readonly Arrangement[] };

// Each Parallel hands out again what those inside it hand out: nested without end, they would make a definition grow with
// the square of its steps, and their depth exhaust the stack. Flows that people write nest a few deep.
const DEEPEST = 32;

/**
 * Arranges a graph as a series-parallel tree. Parts without edges between them stand side by side; a connected part is
 * cut where no step waits longer than the graph asks for, else where the critical path grows least. Where that would
 * nest too deep, steps go on level by level.
 */
export function arrange(dag: Dag): Arrangement {
  return arrangePart(
    dag,
    induce(
      dag,
      dag.weights.map((_, node) => node),
    ),
    0,
  );
}

/** `depth`: the branches that the part lies in. */
function arrangePart(dag: Dag, part: Part, depth: number): Arrangement {
  const [first] = part.nodes;
  if (part.nodes.length === 1 && first !== undefined) return { kind: 'step', node: first };
  const components = weakComponents(part);
  if (components.length > 1) {
    if (depth === DEEPEST) return levelByLevel(part);
    return { kind: 'parallel', branches: components.map((nodes) => arrangePart(dag, induce(dag, nodes), depth + 1)) };
  }
  const perfect = findPerfectCuts(part);
  const parts = perfect.length > 1 ? perfect : findCut(part);
  return { kind: 'sequence', parts: parts.flatMap((nodes) => flatten(arrangePart(dag, induce(dag, nodes), depth))) };
}

/** Each level's steps side by side, one level after the other. */
function levelByLevel(part: Part): Arrangement {
  const steps: Arrangement[][] = [];
  for (const [at, level] of levels(part).entries()) {
    const step: Arrangement = { kind: 'step', node: part.nodes[at] ?? 0 };
    const beside = steps[level];
    if (beside) beside.push(step);
    else steps[level] = [step];
  }
  const parts = steps.map((branches) => alone(branches) ?? { kind: 'parallel' as const, branches });
  return alone(parts) ?? { kind: 'sequence', parts };
}

const alone = ([first, ...more]: readonly Arrangement[]): Arrangement | undefined =>
  more.length === 0 ? first : undefined;

/** A sequence inside a sequence is just a part of it. */
const flatten = (arrangement: Arrangement): readonly Arrangement[] =>
  arrangement.kind === 'sequence' ? arrangement.parts : [arrangement];

/** The sets of nodes without an edge between them, each and all in topological order. */
function weakComponents(part: Part): readonly (readonly number[])[] {
  const root = part.nodes.map((_, at) => at);
  const find = (at: number): number => {
    let here = at;
    while (root[here] !== here) {
      root[here] = root[root[here] ?? here] ?? here;
      here = root[here] ?? here;
    }
    return here;
  };
  for (const [at, successors] of part.successors.entries()) {
    for (const next of successors) root[find(next)] = find(at);
  }
  const sets = new Map<number, number[]>();
  for (const [at, node] of part.nodes.entries()) {
    const set = sets.get(find(at));
    if (set) set.push(node);
    else sets.set(find(at), [node]);
  }
  return [...sets.values()];
}
