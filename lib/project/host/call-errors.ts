import { FlowError, TimedOut, withoutFrames } from '../../protocol/errors.ts';
import type { Invocation } from '../../protocol/invocation.ts';
import { remedyOf } from '../../runtime/deadline.ts';

/** The error of a call whose result is no longer needed, and which did not stop. */
export const cancelled = ({ step }: Pick<Invocation, 'step'>): Error =>
  withoutFrames(new FlowError('CANCELLED', `step "${step}" was cancelled`));

/** The error of a call that took too long, and did not stop. */
export const timedOut = ({ step }: Pick<Invocation, 'step'>, seconds: number): Error =>
  withoutFrames(
    new TimedOut(
      `step "${step}" took more than ${seconds} s and did not stop when it was told to; ${remedyOf(seconds * 1000)}`,
    ),
  );
