import { realClock } from '../engine/execution/clock.ts';
import type { Clock } from '../engine/types.ts';

/**
 * The system's clock, on which nobody waits before a retry: the minutes that a service is given to recover would be spent on
 * nothing in a test.
 */
export const promptClock: Clock = {
  now: () => realClock.now(),
  sleep: (ms, signal, what) => realClock.sleep(what?.retryOf === undefined ? ms : 0, signal, what),
};
