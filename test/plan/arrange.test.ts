import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Dag, earliestFinish, induce } from '../../lib/plan/dag.ts';
import { type Arrangement, arrange } from '../../lib/plan/series-parallel.ts';

const dag = (weights: readonly number[], edges: readonly (readonly [number, number])[]): Dag => {
  const successors: number[][] = weights.map(() => []);
  for (const [from, to] of edges) successors[from]?.push(to);
  return { weights, successors };
};

const unit = (size: number, edges: readonly (readonly [number, number])[]): Dag =>
  dag(new Array<number>(size).fill(1), edges);

/** `0 (1 | 2 3)` for 0, then 1 beside 2 before 3. */
const text = (tree: Arrangement): string => {
  if (tree.kind === 'step') return String(tree.node);
  if (tree.kind === 'sequence') return tree.parts.map(text).join(' ');
  return `(${tree.branches.map(text).join(' | ')})`;
};

const nodesOf = (tree: Arrangement): readonly number[] => {
  if (tree.kind === 'step') return [tree.node];
  return (tree.kind === 'sequence' ? tree.parts : tree.branches).flatMap(nodesOf);
};

const makespan = (tree: Arrangement, weights: readonly number[]): number => {
  if (tree.kind === 'step') return weights[tree.node] ?? 0;
  if (tree.kind === 'sequence') return tree.parts.reduce((sum, part) => sum + makespan(part, weights), 0);
  return Math.max(...tree.branches.map((branch) => makespan(branch, weights)));
};

const criticalPath = (graph: Dag): number =>
  Math.max(
    ...earliestFinish(
      induce(
        graph,
        graph.weights.map((_, at) => at),
      ),
    ),
  );

/** Start of each node when the tree runs: used to check that nothing starts before what it waits for has ended. */
function starts(tree: Arrangement, weights: readonly number[], at: number, into: Map<number, number>): number {
  if (tree.kind === 'step') {
    into.set(tree.node, at);
    return at + (weights[tree.node] ?? 0);
  }
  if (tree.kind === 'sequence') return tree.parts.reduce((time, part) => starts(part, weights, time, into), at);
  return Math.max(...tree.branches.map((branch) => starts(branch, weights, at, into)));
}

describe('arranging steps', () => {
  it.each([
    [
      'a chain in sequence',
      unit(3, [
        [0, 1],
        [1, 2],
      ]),
      '0 1 2',
    ],
    ['strangers side by side', unit(3, []), '(0 | 1 | 2)'],
    [
      'a fan-out behind its source',
      unit(4, [
        [0, 1],
        [0, 2],
        [0, 3],
      ]),
      '0 (1 | 2 | 3)',
    ],
    [
      'a diamond',
      unit(4, [
        [0, 1],
        [0, 2],
        [1, 3],
        [2, 3],
      ]),
      '0 (1 | 2) 3',
    ],
    [
      'chains of a diamond apart',
      unit(6, [
        [0, 1],
        [1, 2],
        [0, 3],
        [3, 4],
        [2, 5],
        [4, 5],
      ]),
      '0 (1 2 | 3 4) 5',
    ],
    [
      'two layers that are fully joined',
      unit(4, [
        [0, 2],
        [0, 3],
        [1, 2],
        [1, 3],
      ]),
      '(0 | 1) (2 | 3)',
    ],
    [
      'a redundant edge as nothing',
      unit(3, [
        [0, 1],
        [1, 2],
        [0, 2],
      ]),
      '0 1 2',
    ],
  ])('puts %s', (_, graph, expected) => {
    expect(text(arrange(graph))).toBe(expected);
  });

  it('cuts what is not series-parallel where the critical path grows least', () => {
    // 0 → 2, 0 → 3, 1 → 3: the N. With 1 long, 2 need not wait for it.
    const edges = [
      [0, 2],
      [0, 3],
      [1, 3],
    ] as const;
    expect(makespan(arrange(dag([1, 10, 1, 1], edges)), [1, 10, 1, 1])).toBe(11);
    expect(makespan(arrange(dag([1, 1, 10, 1], edges)), [1, 1, 10, 1])).toBe(11);
  });

  it('handles a chain longer than any call stack', () => {
    const size = 20_000;
    const graph = unit(
      size,
      Array.from({ length: size - 1 }, (_, at) => [at, at + 1] as const),
    );
    expect(arrange(graph)).toMatchObject({ kind: 'sequence', parts: { length: size } });
  });

  it('handles a chain each of whose steps has a reader of its own, without nesting as deep as it is long', () => {
    const size = 4_000;
    const graph = unit(
      size,
      Array.from({ length: size - 1 }, (_, at) => [at % 2 === 0 ? at : at - 1, at + 1] as const),
    );
    const tree = arrange(graph);
    expect(nesting(tree)).toBeLessThan(40);
    expect(makespan(tree, graph.weights)).toBe(criticalPath(graph));
    expect([...nodesOf(tree)].sort((a, b) => a - b)).toEqual(graph.weights.map((_, at) => at));
  });
});

const nesting = (tree: Arrangement): number => {
  if (tree.kind === 'step') return 0;
  if (tree.kind === 'sequence') return Math.max(...tree.parts.map(nesting));
  return 1 + Math.max(...tree.branches.map(nesting));
};

const anyDag: fc.Arbitrary<Dag> = fc.integer({ min: 1, max: 24 }).chain((size) =>
  fc
    .tuple(
      fc.array(fc.integer({ min: 0, max: 20 }), { minLength: size, maxLength: size }),
      fc.uniqueArray(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { selector: String, maxLength: 3 * size }),
    )
    .map(([weights, pairs]) =>
      dag(
        weights,
        pairs.filter(([a, b]) => a < b),
      ),
    ),
);

describe('any arrangement', () => {
  it('has each step once, and no step before what it waits for', () => {
    fc.assert(
      fc.property(anyDag, (graph) => {
        const tree = arrange(graph);
        expect([...nodesOf(tree)].sort((a, b) => a - b)).toEqual(graph.weights.map((_, at) => at));
        const start = new Map<number, number>();
        // With every step lasting, an order that is wrong anywhere shows.
        const lasting = graph.weights.map((weight) => weight + 1);
        starts(tree, lasting, 0, start);
        for (const [from, successors] of graph.successors.entries()) {
          for (const to of successors) {
            expect(start.get(to)).toBeGreaterThanOrEqual((start.get(from) ?? 0) + (lasting[from] ?? 0));
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('has no Parallel of one branch and no sequence of one part', () => {
    const small = (tree: Arrangement): boolean => {
      if (tree.kind === 'step') return true;
      const inner = tree.kind === 'sequence' ? tree.parts : tree.branches;
      return inner.length > 1 && inner.every((part) => part.kind !== tree.kind && small(part));
    };
    fc.assert(fc.property(anyDag, (graph) => small(arrange(graph))));
  });

  it('is never faster than the critical path', () => {
    fc.assert(
      fc.property(anyDag, (graph) => {
        expect(makespan(arrange(graph), graph.weights)).toBeGreaterThanOrEqual(criticalPath(graph));
      }),
    );
  });

  it('is as fast as the critical path for a series-parallel graph, whatever its weights', () => {
    fc.assert(
      fc.property(seriesParallel, fc.infiniteStream(fc.integer({ min: 1, max: 50 })), (shape, stream) => {
        const { size, edges } = realise(shape);
        const weights = Array.from({ length: size }, () => stream.next().value);
        const graph = dag(weights, edges);
        expect(makespan(arrange(graph), weights)).toBe(criticalPath(graph));
      }),
    );
  });
});

type Shape = 'step' | { readonly sequence: readonly Shape[] } | { readonly parallel: readonly Shape[] };

const { shape: seriesParallel } = fc.letrec<{ shape: Shape }>((tie) => ({
  shape: fc.oneof(
    { maxDepth: 4 },
    fc.constant('step' as const),
    fc.record({ sequence: fc.array(tie('shape'), { minLength: 1, maxLength: 4 }) }),
    fc.record({ parallel: fc.array(tie('shape'), { minLength: 1, maxLength: 4 }) }),
  ),
}));

interface Realised {
  readonly size: number;
  readonly edges: readonly (readonly [number, number])[];
}

/** Gives a shape nodes, numbered in topological order: in a sequence every end precedes every start of the next part. */
function realise(shape: Shape): Realised {
  const edges: (readonly [number, number])[] = [];
  let size = 0;
  const place = (part: Shape): { starts: readonly number[]; ends: readonly number[] } => {
    if (part === 'step') {
      size += 1;
      return { starts: [size - 1], ends: [size - 1] };
    }
    if ('parallel' in part) {
      const placed = part.parallel.map(place);
      return { starts: placed.flatMap(({ starts }) => starts), ends: placed.flatMap(({ ends }) => ends) };
    }
    const placed = part.sequence.map(place);
    for (const [at, { starts }] of placed.entries()) {
      for (const end of placed[at - 1]?.ends ?? []) for (const start of starts) edges.push([end, start]);
    }
    return { starts: placed[0]?.starts ?? [], ends: placed.at(-1)?.ends ?? [] };
  };
  place(shape);
  return { size, edges };
}
