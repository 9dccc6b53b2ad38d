/** Runs pieces of work concurrently, up to a maximum. */
export class ConcurrencyLimit {
  readonly #maximum: number;
  #running = 0;
  #failure: { readonly thrown: unknown } | undefined;
  #wake: (() => void) | undefined;

  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  /** Adds work that has begun. Resolves when there is room for more; rejects with the first rejection of any work. */
  add(work: Promise<void>): Promise<void> {
    this.#running += 1;
    work.then(this.#done, this.#failed);
    return this.#waitUntil(this.#maximum - 1);
  }

  /** Resolves when all work is done; rejects as `add` does. */
  drain(): Promise<void> {
    return this.#waitUntil(0);
  }

  readonly #done = (): void => {
    this.#running -= 1;
    this.#wake?.();
  };

  readonly #failed = (thrown: unknown): void => {
    this.#failure ??= { thrown };
    this.#done();
  };

  async #waitUntil(running: number): Promise<void> {
    while (this.#running > running && this.#failure === undefined)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    if (this.#failure !== undefined) throw this.#failure.thrown;
  }
}
