import type { Retrier } from '../../../asl/state-machine.ts';
import { FUNCTION_ENDED, START_FAULTS, TIMED_OUT, TRANSPORT_FAULTS } from '../../../protocol/aws-errors.ts';
import { COMPONENT_FAILURES } from '../../../protocol/failure-codes.ts';

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

/** Every task is retried after transport faults. A component that has run does so again only where the flow asks for it. */
export const transportRetry: Retrier = { ErrorEquals: TRANSPORT_FAULTS, ...attempts(5) };

/** The start of a nested state machine is retried. */
export const startRetry: Retrier = { ErrorEquals: START_FAULTS, ...attempts(5) };

/** `onError: retry` adds attempts after the component's own failures. */
export const componentRetry = (maxRetries: number): Retrier => ({
  ErrorEquals: [...COMPONENT_FAILURES, TIMED_OUT, ...FUNCTION_ENDED],
  ...attempts(maxRetries),
});
