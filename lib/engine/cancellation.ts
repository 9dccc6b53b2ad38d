import { Aborted } from './failures.ts';

/**
 * A tree of work that can be stopped as a whole: the execution, its branches, their tasks. The AbortSignal is made only
 * when somebody asks for it, since most branches never need one.
 */
export class Cancellation {
  #aborted = false;
  #done = false;
  #controller: AbortController | undefined;
  readonly #children = new Set<Cancellation>();
  readonly #parent: Cancellation | undefined;
  readonly #onAbort: (() => void) | undefined;

  /** `onAbort` is called once, after all that is below has been stopped. */
  constructor(parent?: Cancellation, onAbort?: () => void) {
    this.#parent = parent;
    this.#onAbort = onAbort;
    if (parent !== undefined) parent.#children.add(this);
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

  /** Throws where the work has been stopped. */
  check(): void {
    if (this.#aborted) throw new Aborted();
  }

  /** Stops all work below, then this. */
  abort(): void {
    if (this.#aborted || this.#done) return;
    this.#aborted = true;
    for (const child of this.#children) child.abort();
    this.#children.clear();
    this.#leave();
    this.#onAbort?.();
    this.#controller?.abort(new Aborted());
  }

  /** The work is done: a later abort does not reach it. */
  done(): void {
    this.#done = true;
    this.#leave();
  }

  #leave(): void {
    if (this.#parent !== undefined) this.#parent.#children.delete(this);
  }
}
