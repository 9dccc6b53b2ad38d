import { realClock } from '../engine/execution/clock.ts';
import type { Clock } from '../engine/types.ts';
import { TRANSPORT_FAULTS } from '../protocol/aws-errors.ts';

const FAULTS: ReadonlySet<string> = new Set(TRANSPORT_FAULTS);

/**
 * The system's clock, on which nobody waits after a transport fault. On a laptop only mocks have such faults, and the
 * minutes that AWS is given to recover would be spent on nothing.
 */
export const faultClock: Clock = {
  now: () => realClock.now(),
  sleep: (ms, signal, what) => realClock.sleep(FAULTS.has(what?.retryOf ?? '') ? 0 : ms, signal, what),
};
