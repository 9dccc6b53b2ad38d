import type { Retrier } from '../../../asl/state-machine.ts';
import {
  FUNCTION_ENDED,
  SERVICE_FAULTS,
  START_FAULTS,
  START_THROTTLED,
  THROTTLED,
  TIMED_OUT,
} from '../../../protocol/aws-errors.ts';
import { COMPONENT_FAILURES } from '../../../protocol/failure-codes.ts';
import { THROTTLING_ATTEMPTS, throttlingDelays } from '../throttling-attempts.ts';

/** The longest delay between two attempts, in seconds. */
const MAX_DELAY = 30;

/** The attempts that AWS makes where a retrier does not say how many. */
const DEFAULT_ATTEMPTS = 3;

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

/** `onError: retry` adds attempts after the component's own failures. */
export const componentRetry = (maxRetries: number): Retrier => ({
  ErrorEquals: [...COMPONENT_FAILURES, TIMED_OUT, ...FUNCTION_ENDED],
  ...attempts(maxRetries),
});
