import type { BlobUse, CallMeasured } from '../../protocol/metrics.ts';

/** What the calls of a step measured, together. */
export interface CallTotal {
  readonly blobs: BlobUse;
  /** How many of them waited for a start-up. */
  readonly coldStarts: number;
  /** The longest of these start-ups, in milliseconds; 0 if there was none. */
  readonly startupMs: number;
}

/** Of a step that called nothing. */
const NO_CALLS: CallTotal = { blobs: { operations: 0, bytes: 0, hits: 0 }, coldStarts: 0, startupMs: 0 };

/** Adds up what calls measure, by step. */
export class CallTotals {
  readonly #byStep = new Map<string, CallTotal>();

  add({ step, blobs, startupMs }: CallMeasured): void {
    const call = { blobs, coldStarts: startupMs === undefined ? 0 : 1, startupMs: startupMs ?? 0 };
    this.#byStep.set(step, plus(this.of(step), call));
  }

  of(step: string): CallTotal {
    return this.#byStep.get(step) ?? NO_CALLS;
  }

  /** Of all steps. */
  sum(): CallTotal {
    return [...this.#byStep.values()].reduce(plus, NO_CALLS);
  }
}

const plus = (one: CallTotal, other: CallTotal): CallTotal => ({
  blobs: {
    operations: one.blobs.operations + other.blobs.operations,
    bytes: one.blobs.bytes + other.blobs.bytes,
    hits: one.blobs.hits + other.blobs.hits,
  },
  coldStarts: one.coldStarts + other.coldStarts,
  startupMs: Math.max(one.startupMs, other.startupMs),
});
