import type { StepRecord } from './step-record.ts';

/** Which steps run which others, by their ids: the id `each.load` is that of a step in the flow of `each`. */
export class Nesting {
  readonly #byId: ReadonlyMap<string, StepRecord>;
  readonly #around = new Map<string, readonly StepRecord[]>();

  constructor(byId: ReadonlyMap<string, StepRecord>) {
    this.#byId = byId;
  }

  /** The steps in whose flows a step is, outermost first. */
  around(id: string): readonly StepRecord[] {
    const known = this.#around.get(id) ?? this.#outer(id);
    this.#around.set(id, known);
    return known;
  }

  /** The steps in the flow of a step, at any depth. */
  inside(id: string): readonly StepRecord[] {
    return [...this.#byId].flatMap(([inner, record]) => (inner.startsWith(`${id}.`) ? [record] : []));
  }

  #outer(id: string): readonly StepRecord[] {
    // An id may have dots of its own.
    const ends = [...id.matchAll(/\./g)].map(({ index }) => index);
    return ends.flatMap((end) => this.#byId.get(id.slice(0, end)) ?? []);
  }
}
