/** Work that is under way side by side, so much of it at most. */
export class ConcurrencyLimit {
  readonly #most: number;
  #running = 0;
  #failure: { readonly thrown: unknown } | undefined;
  #wake: (() => void) | undefined;

  constructor(most: number) {
    this.#most = most;
  }

  /** Takes work up. Resolves when there is room for more; rejects with the first thing that any of the work threw. */
  add(work: Promise<void>): Promise<void> {
    this.#running += 1;
    work.then(this.#done, this.#broke);
    return this.#until(this.#most - 1);
  }

  /** Resolves when all work is done; rejects as `begin` does. */
  drain(): Promise<void> {
    return this.#until(0);
  }

  readonly #done = (): void => {
    this.#running -= 1;
    this.#wake?.();
  };

  readonly #broke = (thrown: unknown): void => {
    this.#failure ??= { thrown };
    this.#done();
  };

  async #until(running: number): Promise<void> {
    while (this.#running > running && this.#failure === undefined)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    if (this.#failure !== undefined) throw this.#failure.thrown;
  }
}
