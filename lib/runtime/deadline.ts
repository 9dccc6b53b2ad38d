import { FlowError, TimedOut, withoutFrames } from '../protocol/errors.ts';

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

const timedOut = ({ step, ms = 0, of = 'component' }: Limits): FlowError => {
  const whose = of === 'step' ? 'its "timeout"' : '"timeout" of its component';
  return withoutFrames(
    new TimedOut(`step "${step}" took more than ${ms / 1000} s; raise ${whose}, or give it less to do`),
  );
};

function cancelled({ step, signal }: Limits): FlowError {
  const reason: unknown = signal?.reason;
  const why = reason instanceof Error ? reason.message : String(reason);
  return withoutFrames(new FlowError('CANCELLED', `step "${step}" was cancelled: ${why}`, { cause: reason }));
}
