import type { Retrier } from '../../../asl/state-machine.ts';
import { FUNCTION_EXITED, START_FAULTS, TIMED_OUT, TRANSPORT_FAULTS } from '../../../protocol/aws-errors.ts';
import { COMPONENT_FAILURES } from '../../../protocol/failure-codes.ts';

/** Delays of one second, then twice as long each time, which is AWS's default, up to 30 seconds. */
const BACKOFF = { MaxDelaySeconds: 30, JitterStrategy: 'FULL' } as const;

/**
 * Every task is retried after transport faults. A function whose process ended is none: its component did run, and does so
 * again only where the flow asks for it.
 */
export const transportRetry: Retrier = {
  ErrorEquals: TRANSPORT_FAULTS.filter((fault) => fault !== FUNCTION_EXITED),
  MaxAttempts: 5,
  ...BACKOFF,
};

/** The start of a nested state machine is retried. */
export const startRetry: Retrier = { ErrorEquals: START_FAULTS, MaxAttempts: 5, ...BACKOFF };

/** `onError: retry` adds attempts after the component's own failures. */
export const componentRetry = (maxRetries: number): Retrier => ({
  ErrorEquals: [...COMPONENT_FAILURES, TIMED_OUT, FUNCTION_EXITED],
  MaxAttempts: maxRetries,
  ...BACKOFF,
});
