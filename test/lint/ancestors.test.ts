import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ancestors } from '../../lib/lint/ancestors.ts';

/** Graphs without cycles, their steps in any order. */
const graphs = fc
  .array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: 1, maxLength: 70 })
  .chain((reads) => {
    const edges = reads.map((those, at): [string, ReadonlySet<string>] => [
      `s${at}`,
      new Set(at === 0 ? [] : those.map((one) => `s${one % at}`)),
    ]);
    return fc.shuffledSubarray(edges, { minLength: edges.length, maxLength: edges.length });
  })
  .map((edges) => new Map(edges));

function ancestorsOf(id: string, graph: ReadonlyMap<string, ReadonlySet<string>>): ReadonlySet<string> {
  const before = [...(graph.get(id) ?? [])];
  return new Set([...before, ...before.flatMap((one) => [...ancestorsOf(one, graph)])]);
}

describe('the ancestors of steps', () => {
  it('are those that a walk along the edges finds, and so are the descendants', () => {
    fc.assert(
      fc.property(graphs, fc.array(fc.nat(), { maxLength: 3 }), (graph, chosen) => {
        const ids = [...graph.keys()];
        const ancestors = new Ancestors(graph);
        const found = new Map(ids.map((id) => [id, ids.filter((one) => ancestors.has(one, id))]));
        for (const id of ids) expect(new Set(found.get(id))).toEqual(ancestorsOf(id, graph));
        const roots = chosen.flatMap((at) => ids[at % ids.length] ?? []);
        const below = ids.filter((id) => roots.some((root) => found.get(id)?.includes(root)));
        expect(ancestors.descendantsOf(roots)).toEqual(new Set(below));
      }),
      { numRuns: 60 },
    );
  });

  it('are none of a step that is not there', () => {
    const ancestors = new Ancestors(new Map([['a', new Set(['gone'])]]));
    expect([ancestors.has('a', 'b'), ancestors.has('b', 'a'), ancestors.has('gone', 'a')]).toEqual([
      false,
      false,
      true,
    ]);
  });
});
