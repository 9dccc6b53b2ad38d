import { DEFAULT_ATTEMPTS, type Retrier } from '../../../asl/state-machine.ts';
import type { Retrying } from '../../../flow/flow.ts';
import {
  ANY_FAILURE,
  SERVICE_FAULTS,
  START_FAULTS,
  START_THROTTLED,
  THROTTLED,
  TRANSPORT_FAULTS,
} from '../../../protocol/aws-errors.ts';
import { errorsOf, LET_THROUGH } from '../../../protocol/failure-codes.ts';
import { THROTTLING_ATTEMPTS, throttlingDelays } from '../throttling-attempts.ts';

/** The longest delay between two attempts, in seconds. */
const MAX_DELAY = 30;

/**
 * Delays of one second, then twice as long each time, which is AWS's default, up to {@link MAX_DELAY}. Every Task has this
 * in the definition, so it says nothing that holds without being said.
 */
const attempts = (count: number): Omit<Retrier, 'ErrorEquals'> => ({
  ...(count !== DEFAULT_ATTEMPTS && { MaxAttempts: count }),
  ...(2 ** (count - 1) > MAX_DELAY && { MaxDelaySeconds: MAX_DELAY }),
  JitterStrategy: 'FULL',
});

/** Failures of the service: delays of 2, 4 and 8 seconds. The interval is that of AWS's example. */
const serviceRetry = (faults: readonly string[]): Retrier => ({
  ErrorEquals: faults,
  IntervalSeconds: 2,
  JitterStrategy: 'FULL',
});

/**
 * What is throttled goes on for a long time. The number of attempts is that of the least, until all states of the state
 * machine are known: see `withThrottlingAttempts`.
 */
const throttledRetry = (errors: readonly string[]): Retrier => ({
  ErrorEquals: errors,
  ...throttlingDelays(THROTTLING_ATTEMPTS.fewest),
});

/** Every call of a function is retried where the component has not run. One that has runs again only where the flow asks for it. */
export const transportRetries: readonly Retrier[] = [throttledRetry(THROTTLED), serviceRetry(SERVICE_FAULTS)];

/** The start of a nested state machine is retried. */
export const startRetries: readonly Retrier[] = [throttledRetry(START_THROTTLED), serviceRetry(START_FAULTS)];

/** The longest delay that a flow can ask for by growing delays: a day. */
const MOST_DELAY = 86_400;

/** The delays that a flow asks for are as it says, without jitter. */
function delaysOf({ maxRetries, delay = 1, backoff = 2 }: Retrying): Omit<Retrier, 'ErrorEquals'> {
  const most = Math.max(delay + 1, MOST_DELAY);
  return {
    ...(maxRetries !== DEFAULT_ATTEMPTS && { MaxAttempts: maxRetries }),
    ...(delay !== 1 && { IntervalSeconds: delay }),
    ...(backoff !== 2 && { BackoffRate: backoff }),
    ...(delay * backoff ** (maxRetries - 1) > most && { MaxDelaySeconds: most }),
  };
}

/**
 * `onError: retry` adds attempts after failures of the component, not after faults in the step's own expressions. `isWhole`:
 * what is repeated has states of its own, whose calls have been repeated already after transport faults. `ofRuns`: it fails with
 * the flow that it runs, with a fault in the expressions of that flow too.
 */
export function componentRetries(onError: Retrying, isWhole = false, ofRuns = isWhole): readonly Retrier[] {
  const { maxRetries, delay, backoff, on } = onError;
  const delays = delay === undefined && backoff === undefined ? attempts(maxRetries) : delaysOf(onError);
  if (on) {
    const errors = on.flatMap((code) => [code, ...errorsOf(code)]);
    return [{ ErrorEquals: isWhole ? errors : errors.filter((error) => !TRANSPORT.has(error)), ...delays }];
  }
  const all = { ErrorEquals: [ANY_FAILURE], ...delays };
  return ofRuns ? [all] : [{ ErrorEquals: LET_THROUGH, MaxAttempts: 0 }, all];
}

const TRANSPORT: ReadonlySet<string> = new Set(TRANSPORT_FAULTS);
