import type { CallMeasured } from '../protocol/metrics.ts';
import { type CountedStore, countedStore } from './stores/counted-store.ts';
import type { ObjectStore } from './stores/object-store.ts';

/** Measures one call, from its making on. */
export class CallMeter {
  readonly #startMs = performance.now();
  readonly #step: string;
  readonly #startupMs: number | undefined;
  readonly #counted: CountedStore;

  /** `startupMs`: of the start-up that the call waited for; undefined of a warm one. */
  constructor(step: string, store: ObjectStore, startupMs: number | undefined) {
    this.#step = step;
    this.#startupMs = startupMs;
    this.#counted = countedStore(store);
  }

  /** The store that the call has to use. */
  get store(): ObjectStore {
    return this.#counted.store;
  }

  /** Whether it is the first call in its process. */
  get isCold(): boolean {
    return this.#startupMs !== undefined;
  }

  /** What has been measured so far. */
  measured(): CallMeasured {
    return {
      step: this.#step,
      timeMs: Math.round(performance.now() - this.#startMs),
      blobs: this.#counted.use(),
      ...(this.#startupMs !== undefined && { startupMs: Math.round(this.#startupMs) }),
    };
  }
}
