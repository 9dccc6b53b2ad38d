import type { Clock } from '../types.ts';

/** The longest delay that Node's timers take, in milliseconds; longer sleeps are made of several. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** The machine's clock. */
export const realClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    const until = Date.now() + ms;
    do await timer(Math.min(Math.max(until - Date.now(), 0), LONGEST_TIMER), signal);
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
 * A clock on which waiting costs nothing: when all that can run has run, it leaps to the next sleeper's time. Sleepers of
 * the same time wake in the order in which they went to sleep, so a run is deterministic.
 */
export class VirtualClock implements Clock {
  #now: number;
  #order = 0;
  #scheduled = false;
  #held = 0;
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

  /** Holds time still while real work, such as reading a file, is under way. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.#held += 1;
    try {
      return await work;
    } finally {
      this.#held -= 1;
      this.#schedule();
    }
  }

  /** An immediate runs only when no promise is left that could still go on: then all is idle. */
  #schedule(): void {
    if (this.#scheduled || this.#held > 0 || this.#sleepers.length === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#held === 0) this.#leap();
      this.#schedule();
    });
  }

  #leap(): void {
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

/** A binary heap: its first element is the next to wake. */
function push(heap: Sleeper[], sleeper: Sleeper): void {
  let at = heap.push(sleeper) - 1;
  while (at > 0) {
    const up = (at - 1) >> 1;
    const above = heap[up];
    if (above === undefined || !before(sleeper, above)) break;
    heap[at] = above;
    at = up;
  }
  heap[at] = sleeper;
}

function pop(heap: Sleeper[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let at = 0;
  for (;;) {
    let down = 2 * at + 1;
    let below = heap[down];
    const other = heap[down + 1];
    if (below !== undefined && other !== undefined && before(other, below)) {
      down += 1;
      below = other;
    }
    if (below === undefined || !before(below, last)) break;
    heap[at] = below;
    at = down;
  }
  heap[at] = last;
}
