import { setMaxListeners } from 'node:events';
import { FlowError, TimedOut, withoutFrames } from '../protocol/errors.ts';
import { QUOTAS } from '../protocol/quotas.ts';

/** What can end a step before its component returns. */
export interface Limits {
  readonly step: string;
  /** Milliseconds until the step times out. Absent: never. */
  readonly ms?: number;
  /** Whose timeout that is. @default 'component' */
  readonly of?: 'component' | 'step';
  /** The host's signal. */
  readonly signal?: AbortSignal;
}

/**
 * Runs `work` with a signal, and stops waiting for it once the signal is aborted: rejects with {@link TimedOut} after the
 * timeout, with CANCELLED when the host aborts. The signal's reason is the same error.
 */
export async function withDeadline<T>(limits: Limits, work: (signal: AbortSignal) => Promise<T> | T): Promise<T> {
  const controller = new AbortController();
  const { signal } = controller;
  // A component may do any number of things at once that end with it: a flow calls many functions.
  setMaxListeners(0, signal);
  const ended = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  const cancel = (): void => controller.abort(cancelled(limits));
  const timer = limits.ms === undefined ? undefined : setTimeout(() => controller.abort(timedOut(limits)), limits.ms);
  limits.signal?.addEventListener('abort', cancel, { once: true });
  if (limits.signal?.aborted) cancel();
  try {
    return await Promise.race([ended, signal.aborted ? ended : work(signal)]);
  } finally {
    clearTimeout(timer);
    limits.signal?.removeEventListener('abort', cancel);
  }
}

/** Milliseconds from which on a timeout is as long as a function may run, less what its wrapper needs. */
const LONGEST_MS = (QUOTAS.functionSeconds - 15) * 1000;

/** What to do about a step that takes too long. Nobody can set more than a function may take. */
export function remedyOf(ms: number, of: Limits['of'] = 'component'): string {
  if (of === 'step') return 'raise its "timeout", or give it less to do';
  return ms >= LONGEST_MS
    ? 'no function may run longer: give it less to do'
    : 'raise "timeout" of its component, or give it less to do';
}

const timedOut = ({ step, ms = 0, of }: Limits): FlowError =>
  withoutFrames(new TimedOut(`step "${step}" took more than ${ms / 1000} s; ${remedyOf(ms, of)}`));

function cancelled({ step, signal }: Limits): FlowError {
  const reason: unknown = signal?.reason;
  const why = reason instanceof Error ? reason.message : String(reason);
  return withoutFrames(new FlowError('CANCELLED', `step "${step}" was cancelled: ${why}`, { cause: reason }));
}
