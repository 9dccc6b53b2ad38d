import { setTimeout as sleep } from 'node:timers/promises';

/** What became of a write that is only to happen where there is no object yet. */
export type Written = 'written' | 'there' | 'conflict';

/** The requests of {@link writeOnce}. */
export interface OnceWriter {
  /** Writes the object if there is none. */
  writeIfAbsent(): Promise<Written>;
  /** When the object was last written, in milliseconds since the epoch; undefined if there is none. */
  lastWrittenMs(): Promise<number | undefined>;
  /** Writes the object in any case, which begins its life anew. */
  rewrite(): Promise<void>;
}

/** Options of {@link writeOnce}. */
export interface OnceOptions {
  /** How long an object is kept after it was last written, in milliseconds. @default for good */
  readonly lifeMs?: number | undefined;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
  /** Waits before a repetition, for a time in milliseconds. @default a timer */
  readonly pause?: (ms: number) => Promise<unknown>;
}

/** How often a write is tried that others get in the way of. */
export const MOST_ATTEMPTS = 10;

/** The longest pause before the second attempt, which doubles up to the longest of all, in milliseconds. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2000;

/**
 * Writes an object unless it is there. It is there afterwards, for at least half its life: an older one is written again.
 * A conflict is no answer to whether there is one (the other writer may fail, or delete it), so the write is repeated, after
 * a pause of random length that grows. Returns `conflict` where all attempts met one. Source: "How to prevent object
 * overwrites with conditional writes", Amazon S3 user guide; "Exponential backoff and jitter", AWS Architecture Blog.
 */
export async function writeOnce(writer: OnceWriter, options: OnceOptions = {}): Promise<Written> {
  const { lifeMs, now = Date.now, pause = sleep } = options;
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
    const written = await writer.writeIfAbsent();
    if (written === 'written' || (written === 'there' && lifeMs === undefined)) return written;
    if (written === 'there') {
      const lastMs = await writer.lastWrittenMs();
      if (lastMs === undefined) continue; // its life ended between the two requests
      if (now() - lastMs >= (lifeMs ?? 0) / 2) await writer.rewrite();
      return written;
    }
    if (attempt < MOST_ATTEMPTS) await pause(pauseMs(attempt));
  }
  return 'conflict';
}

/** Full jitter: anything up to the longest pause of this attempt. */
const pauseMs = (attempt: number): number =>
  Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1));
