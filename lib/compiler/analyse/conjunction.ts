import type { DemandGate } from './demand.ts';

/**
 * A conjunction of gates: all of them hold. It is a node of a trie: the conjunction without the last gate, and that gate, so
 * that long chains of conditions share their beginnings. Equal conjunctions with the same root are the same object.
 */
export class Conjunction {
  /** The conjunction without its last gate; undefined for the empty one. */
  readonly before: Conjunction | undefined;
  readonly size: number;
  readonly #key: string;
  readonly #gate: DemandGate | undefined;
  readonly #longer = new Map<string, Conjunction>();

  constructor(before?: Conjunction, key = '', gate?: DemandGate) {
    this.before = before;
    this.size = before ? before.size + 1 : 0;
    this.#key = key;
    this.#gate = gate;
  }

  /** This conjunction and one more gate. Equal gates have equal keys. */
  and(key: string, gate: DemandGate): Conjunction {
    const known = this.#longer.get(key);
    if (known || this.has(key)) return known ?? this;
    const longer = new Conjunction(this, key, gate);
    this.#longer.set(key, longer);
    return longer;
  }

  has(key: string): boolean {
    for (let at: Conjunction | undefined = this; at; at = at.before) if (at.#key === key && at.before) return true;
    return false;
  }

  /** The keys of the gates, first to last. */
  get keys(): readonly string[] {
    return this.since().map((at) => at.#key);
  }

  /** The gates, first to last. */
  get gates(): readonly DemandGate[] {
    return this.since().flatMap((at) => at.#gate ?? []);
  }

  /** The last gate; undefined for the empty conjunction. */
  get last(): DemandGate | undefined {
    return this.#gate;
  }

  /** The key of the last gate; "" for the empty conjunction. */
  get lastKey(): string {
    return this.#key;
  }

  /** The prefixes of this conjunction, itself included, that are longer than the prefix `start`; each has one gate more. */
  since(start?: Conjunction): readonly Conjunction[] {
    const found: Conjunction[] = [];
    for (let at: Conjunction | undefined = this; at?.before && at !== start; at = at.before) found.push(at);
    return found.reverse();
  }
}
