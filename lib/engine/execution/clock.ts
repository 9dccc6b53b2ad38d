import type { Clock } from '../types.ts';

/** The longest delay of a timer in Node, in milliseconds; longer sleeps use several timers. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The system's clock. */
export const realClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    const until = Date.now() + ms;
    do await timer(Math.min(Math.max(until - Date.now(), 0), MAX_TIMER_MS), signal);
    while (Date.now() < until);
  },
};

function timer(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(handle);
      reject(signal?.reason);
    };
    const handle = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

interface Sleeper {
  readonly at: number;
  readonly order: number;
  readonly wake: () => void;
  cancelled: boolean;
}

/**
 * A clock on which waiting takes no real time: when no other work can run, it advances to the time of the next sleeper.
 * Sleepers with the same time wake in the order in which they began to sleep, so a run is deterministic.
 */
export class VirtualClock implements Clock {
  #now: number;
  #order = 0;
  #scheduled = false;
  #holds = 0;
  readonly #sleepers: Sleeper[] = [];

  /** `start`: milliseconds since the epoch. */
  constructor(start = 0) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const stop = () => {
        sleeper.cancelled = true;
        reject(signal?.reason);
      };
      const wake = () => {
        signal?.removeEventListener('abort', stop);
        resolve();
      };
      const sleeper = { at: this.#now + Math.max(ms, 0), order: this.#order++, wake, cancelled: false };
      signal?.addEventListener('abort', stop, { once: true });
      push(this.#sleepers, sleeper);
      this.#schedule();
    });
  }

  /** Stops the clock while real work, such as reading a file, is under way. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.#holds += 1;
    try {
      return await work;
    } finally {
      this.#holds -= 1;
      this.#schedule();
    }
  }

  /** An immediate runs after all pending promise callbacks, so no other work can run then. */
  #schedule(): void {
    if (this.#scheduled || this.#holds > 0 || this.#sleepers.length === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#holds === 0) this.#advance();
      this.#schedule();
    });
  }

  #advance(): void {
    let at: number | undefined;
    for (let next = this.#sleepers[0]; next !== undefined; next = this.#sleepers[0]) {
      if (!next.cancelled && at !== undefined && next.at > at) return;
      pop(this.#sleepers);
      if (next.cancelled) continue;
      at = next.at;
      this.#now = at;
      next.wake();
    }
  }
}

const before = (a: Sleeper, b: Sleeper): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** Adds to a binary heap, whose first element is the next to wake. */
function push(heap: Sleeper[], sleeper: Sleeper): void {
  let at = heap.push(sleeper) - 1;
  while (at > 0) {
    const parentAt = (at - 1) >> 1;
    const parent = heap[parentAt];
    if (parent === undefined || !before(sleeper, parent)) break;
    heap[at] = parent;
    at = parentAt;
  }
  heap[at] = sleeper;
}

function pop(heap: Sleeper[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let at = 0;
  for (;;) {
    let childAt = 2 * at + 1;
    let child = heap[childAt];
    const sibling = heap[childAt + 1];
    if (child !== undefined && sibling !== undefined && before(sibling, child)) {
      childAt += 1;
      child = sibling;
    }
    if (child === undefined || !before(child, last)) break;
    heap[at] = child;
    at = childAt;
  }
  heap[at] = last;
}
