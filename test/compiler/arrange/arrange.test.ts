import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrange } from '../../../lib/compiler/arrange/series-parallel.ts';
import { bestSeconds } from './best-tree.ts';
import { anyDag, layers, realise, seriesParallel } from './graphs.ts';
import { criticalPath, dag, isSmall, levelled, makespan, nesting, nodesOf, runOf, text, unit } from './trees.ts';

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
    ['unrelated steps in parallel', unit(3, []), '(0 | 1 | 2)'],
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

  it('does not split off one short step after another, though each cut alone would lose least', () => {
    // Long steps, and short ones of up to two seconds that each read a pair of them.
    const durations = [12, 13, 14, 15, 16, 0.1, 0.3, 2, 0.2, 0.4, 0.1, 0.2, 0.3];
    const pairs = [
      [0, 1],
      [0, 2],
      [1, 2],
      [1, 3],
      [2, 3],
      [2, 4],
      [3, 4],
      [0, 4],
    ] as const;
    const edges = pairs.flatMap(([a, b], at) => [[a, at + 5] as const, [b, at + 5] as const]);
    const graph = dag([...durations, 1], [...edges, ...pairs.map((_, at) => [at + 5, 13] as const)]);
    expect(makespan(arrange(graph), graph.durations)).toBeCloseTo(bestSeconds(graph), 9);
  });

  it('lets a step with slack wait, where otherwise one on the critical path would', () => {
    // 0 → 3 → 4 is long; 1 and 2 are short, and 5 needs only 1, 6 needs 1 and 3.
    const durations = [5, 1, 1, 5, 5, 2, 1];
    const edges = [
      [0, 3],
      [3, 4],
      [1, 5],
      [1, 6],
      [3, 6],
      [2, 5],
    ] as const;
    const graph = dag(durations, edges);
    expect(makespan(arrange(graph), durations)).toBe(criticalPath(graph));
  });
});

describe('large graphs', () => {
  const indices = (size: number): readonly number[] => Array.from({ length: size }, (_, at) => at);

  it('may be a chain longer than the call stack is deep', () => {
    const size = 20_000;
    const graph = unit(
      size,
      Array.from({ length: size - 1 }, (_, at) => [at, at + 1] as const),
    );
    expect(arrange(graph)).toMatchObject({ kind: 'sequence', parts: { length: size } });
  });

  it('may be a chain whose steps each have a reader of their own, without nesting as deep as it is long', () => {
    const size = 4_000;
    const graph = unit(
      size,
      Array.from({ length: size - 1 }, (_, at) => [at % 2 === 0 ? at : at - 1, at + 1] as const),
    );
    const tree = arrange(graph);
    expect(nesting(tree)).toBeLessThan(20);
    expect(makespan(tree, graph.durations)).toBe(criticalPath(graph));
    expect([...nodesOf(tree)].sort((a, b) => a - b)).toEqual(indices(size));
  });

  it.each([
    [
      'a ladder, which has no good cut anywhere',
      (size: number) =>
        dag(
          indices(size).map((node) => 1 + ((node * 7919) % 13)),
          indices(size).flatMap((node) =>
            [node + 2, ...(node % 2 === 0 ? [node + 1] : [])]
              .filter((to) => to < size)
              .map((to) => [node, to] as const),
          ),
        ),
    ],
    ['wide layers', (size: number) => layers(size, 100, 1)],
    ['narrow layers', (size: number) => layers(size, 6, 1)],
  ])('may be %s', (_, draw) => {
    const graph = draw(6_000);
    const tree = arrange(graph);
    expect(nesting(tree)).toBeLessThan(20);
    expect([...nodesOf(tree)].sort((a, b) => a - b)).toEqual(indices(6_000));
    expect(makespan(tree, graph.durations)).toBeLessThanOrEqual(levelled(graph));
  });
});

describe('any arrangement', () => {
  it('has each step once, and no step before what it waits for', () => {
    fc.assert(
      fc.property(anyDag, (graph) => {
        const tree = arrange(graph);
        expect([...nodesOf(tree)].sort((a, b) => a - b)).toEqual(graph.durations.map((_, at) => at));
        // Every step takes some time, so that a step that runs too early is noticed.
        const times = runOf(
          tree,
          graph.durations.map((duration) => duration + 1),
        );
        for (const [from, successors] of graph.successors.entries()) {
          for (const to of successors) expect(times.get(to)?.[0]).toBeGreaterThanOrEqual(times.get(from)?.[1] ?? 0);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('has no Parallel of one branch, no sequence of one part, and no sequence in a sequence', () => {
    fc.assert(fc.property(anyDag, (graph) => isSmall(arrange(graph))));
  });

  it('is never faster than the critical path, and never slower than level by level', () => {
    fc.assert(
      fc.property(anyDag, (graph) => {
        const seconds = makespan(arrange(graph), graph.durations);
        expect(seconds).toBeGreaterThanOrEqual(criticalPath(graph));
        expect(seconds).toBeLessThanOrEqual(levelled(graph));
      }),
      { numRuns: 500 },
    );
  });

  it('is deterministic', () => {
    fc.assert(
      fc.property(anyDag, (graph) => {
        expect(arrange(structuredClone(graph))).toEqual(arrange(graph));
      }),
    );
  });

  it('is as fast as the critical path for a series-parallel graph, whatever its durations', () => {
    fc.assert(
      fc.property(seriesParallel, fc.infiniteStream(fc.integer({ min: 1, max: 50 })), (shape, stream) => {
        const { size, edges } = realise(shape);
        const durations = Array.from({ length: size }, () => stream.next().value);
        const graph = dag(durations, edges);
        expect(makespan(arrange(graph), durations)).toBe(criticalPath(graph));
      }),
    );
  });

  it('of a small graph is hardly ever slower than the best possible', () => {
    const graphs = Array.from({ length: 60 }, (_, seed) => layers(12, 3 + (seed % 3), seed));
    const ratios = graphs.map((graph) => makespan(arrange(graph), graph.durations) / bestSeconds(graph));
    expect(ratios.filter((ratio) => ratio > 1.000001).length).toBeLessThanOrEqual(3);
    expect(Math.max(...ratios)).toBeLessThan(1.03);
  });
});
