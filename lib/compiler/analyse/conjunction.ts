import type { Gate } from './uses.ts';

/**
 * Gates that all hold. What asks for all that another conjunction asks for, and for one gate more, begins with that one:
 * long chains of conditions take no more room than their last. Equal ones, of one root, are the same object.
 */
export class Conjunction {
  /** The conjunction without its last gate; undefined for the one without any. */
  readonly before: Conjunction | undefined;
  readonly size: number;
  readonly #key: string;
  readonly #gate: Gate | undefined;
  readonly #longer = new Map<string, Conjunction>();

  constructor(before?: Conjunction, key = '', gate?: Gate) {
    this.before = before;
    this.size = before ? before.size + 1 : 0;
    this.#key = key;
    this.#gate = gate;
  }

  /** This one and a gate; `key` is that of all equal gates. */
  and(key: string, gate: Gate): Conjunction {
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

  /** The gates' keys, first to last. */
  get keys(): readonly string[] {
    return this.since().map((at) => at.#key);
  }

  /** The gates, first to last. */
  get gates(): readonly Gate[] {
    return this.since().flatMap((at) => at.#gate ?? []);
  }

  /** The last gate; undefined where there is none. */
  get last(): Gate | undefined {
    return this.#gate;
  }

  /** The conjunctions that lead from one that this one begins with, which is left out, to this one: each has a gate more. */
  since(start?: Conjunction): readonly Conjunction[] {
    const found: Conjunction[] = [];
    for (let at: Conjunction | undefined = this; at?.before && at !== start; at = at.before) found.push(at);
    return found.reverse();
  }
}
