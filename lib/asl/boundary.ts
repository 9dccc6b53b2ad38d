import { OUTPUT, type Plan } from '../plan/plan.ts';

/** Who reads whom in a plan. */
export class Readers {
  /** Of each step, those whose results it reads. */
  readonly reads = new Map<string, Set<string>>();
  readonly readers = new Map<string, Set<string | typeof OUTPUT>>();

  constructor(plan: Plan) {
    for (const [id, { readings }] of plan.steps) {
      this.readers.set(id, new Set(readings.map(({ reader }) => reader)));
      for (const { reader } of readings) {
        if (reader === OUTPUT) continue;
        const known = this.reads.get(reader);
        if (known) known.add(id);
        else this.reads.set(reader, new Set([id]));
      }
    }
  }
}

// Bytes as emit-nested.ts writes them, besides the steps' ids: a reserve in each, since what is read of a step may be a part of it.
const CALL = 1100;
const MACHINE = 300;
const READ = { call: 40, inside: 60 };
const GIVEN = { call: 60, inside: 40 };
/** What a step's call says of the flow's execution is longer inside. */
const STEP = 40;

/**
 * What a nested state machine adds to the steps in it, estimated: in the one that starts it, and in itself. Steps may be
 * added until it is too much.
 */
export class Boundary {
  readonly #edges: Readers;
  readonly #inside = new Set<string>();
  /** The steps outside that are read inside. */
  readonly #in = new Set<string>();
  /** Of the steps inside that are read outside, by how many. */
  readonly #out = new Map<string, number>();
  #call = CALL;
  #within = MACHINE;

  constructor(edges: Readers, steps: readonly string[] = []) {
    this.#edges = edges;
    this.add(steps);
  }

  /** Bytes of the Task that starts it. */
  get call(): number {
    return this.#call;
  }

  /** Bytes that it has besides its steps'. */
  get inside(): number {
    return this.#within;
  }

  /** Moves steps inside. */
  add(steps: readonly string[]): void {
    for (const id of steps) this.#inside.add(id);
    for (const id of steps) {
      this.#within += STEP;
      if (this.#in.delete(id)) this.#call -= 2 * id.length + READ.call;
      for (const read of this.#edges.reads.get(id) ?? []) this.#addRead(read);
      const outside = [...(this.#edges.readers.get(id) ?? [])].filter((reader) => !this.#has(reader)).length;
      if (outside > 0) this.#give(id, outside);
    }
  }

  #has(reader: string | typeof OUTPUT): boolean {
    return reader !== OUTPUT && this.#inside.has(reader);
  }

  #addRead(id: string): void {
    const outside = this.#out.get(id);
    if (outside !== undefined) this.#give(id, outside - 1);
    if (this.#inside.has(id)) return;
    this.#within += id.length + READ.inside;
    if (this.#in.has(id)) return;
    this.#in.add(id);
    this.#call += 2 * id.length + READ.call;
  }

  /** Notes by how many a step is read outside. */
  #give(id: string, outside: number): void {
    const [before, after] = [this.#out.has(id) ? 1 : 0, outside > 0 ? 1 : 0];
    this.#call += (after - before) * (2 * id.length + GIVEN.call);
    this.#within += (after - before) * (2 * id.length + GIVEN.inside);
    if (outside > 0) this.#out.set(id, outside);
    else this.#out.delete(id);
  }
}
