import { type Dependencies, topologicalOrder } from '../compiler/analyse/graph.ts';

/** Which steps have ended when another one begins: a bit for each pair, of 20,000 steps 25 MB. */
export class Ancestors {
  readonly #dependencies: Dependencies;
  /** In topological order. */
  readonly #order: readonly string[];
  readonly #places: ReadonlyMap<string, number>;
  #rows: readonly Uint32Array[] | undefined;

  /** `dependencies`: without a cycle. */
  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
    const sorted = topologicalOrder(dependencies);
    this.#order = 'order' in sorted ? sorted.order : [];
    this.#places = new Map(this.#order.map((id, place) => [id, place]));
  }

  /** Whether a step is an ancestor of another one. */
  has(id: string, of: string): boolean {
    const [place, row] = [this.#places.get(id), this.#places.get(of)];
    if (place === undefined || row === undefined || place >= row) return false;
    this.#rows ??= this.#allRows();
    return ((this.#rows[row]?.[place >>> 5] ?? 0) & (1 << (place & 31))) !== 0;
  }

  /** The steps that have one of some steps as an ancestor. */
  descendantsOf(ids: readonly string[]): ReadonlySet<string> {
    const roots = new Set(ids);
    const found = new Set<string>();
    for (const id of this.#order)
      for (const before of this.#dependencies.get(id) ?? []) if (roots.has(before) || found.has(before)) found.add(id);
    return found;
  }

  #allRows(): readonly Uint32Array[] {
    const rows: Uint32Array[] = [];
    for (const [place, id] of this.#order.entries()) {
      // No step comes before its ancestors: the row ends with the step's own place.
      const row = new Uint32Array((place >>> 5) + 1);
      for (const before of this.#dependencies.get(id) ?? []) {
        const at = this.#places.get(before) ?? 0;
        const above = rows[at] ?? row;
        for (let word = 0; word < above.length; word += 1) row[word] = (row[word] ?? 0) | (above[word] ?? 0);
        row[at >>> 5] = (row[at >>> 5] ?? 0) | (1 << (at & 31));
      }
      rows.push(row);
    }
    return rows;
  }
}
