import { Aborted } from './failures.ts';

/** Work that is notified when it is stopped. */
export interface Stoppable {
  /** Called once, after all work below has been stopped. */
  stopped(): void;
}

/**
 * A node in the tree of work that can be stopped as a whole: the execution, its branches, their tasks. The AbortSignal
 * and the set of children are created on demand, because most branches need neither.
 */
export class Cancellation {
  #aborted = false;
  #done = false;
  #controller: AbortController | undefined;
  #children: Set<Cancellation> | undefined;
  readonly #parent: Cancellation | undefined;
  readonly #work: Stoppable | undefined;

  constructor(parent?: Cancellation, work?: Stoppable) {
    this.#parent = parent;
    this.#work = work;
    if (parent === undefined) return;
    parent.#children ??= new Set();
    parent.#children.add(this);
  }

  get aborted(): boolean {
    return this.#aborted;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort(new Aborted());
    }
    return this.#controller.signal;
  }

  /** Throws {@link Aborted} if the work has been stopped. */
  check(): void {
    if (this.#aborted) throw new Aborted();
  }

  /** Stops all work below, then this. */
  abort(): void {
    if (this.#aborted || this.#done) return;
    this.#aborted = true;
    for (const child of this.#children ?? []) child.abort();
    this.#children = undefined;
    this.#leave();
    this.#work?.stopped();
    this.#controller?.abort(new Aborted());
  }

  /** The work is done: a later abort does not reach it. */
  done(): void {
    this.#done = true;
    this.#leave();
  }

  #leave(): void {
    if (this.#parent !== undefined) this.#parent.#children?.delete(this);
  }
}
