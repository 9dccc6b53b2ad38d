import type { Json } from '../../protocol/json.ts';
import { QUOTAS } from '../../protocol/quotas.ts';
import type { LoadedStateMachine } from '../definition/load.ts';
import type { ExecutionResult } from '../types.ts';
import { type Started, start } from './execution.ts';
import { Aborted, failureDetails, StateFailure } from './failures.ts';
import type { Host, Run } from './run.ts';

/** How an execution ended. */
export type End = Pick<ExecutionResult, 'status' | 'output' | 'error' | 'cause'>;

/**
 * Runs an execution to its own end, its time limit or an abort, whichever comes first, and records that end. `cause` is
 * the cause of an abort.
 */
export async function runToEnd(
  run: Run,
  loaded: LoadedStateMachine,
  signal: AbortSignal | undefined,
  cause?: string,
): Promise<End> {
  const started = start(run, loaded.machine, run.input);
  const seconds = limitOf(run.host, loaded);
  const timer = new AbortController();
  const ends: Promise<End>[] = [started.output.then(succeeded, failed)];
  if (seconds !== undefined) ends.push(timeOut(run, started, seconds, timer.signal));
  if (signal !== undefined) ends.push(abortion(run, started, signal, timer.signal, cause));
  try {
    return await Promise.race(ends);
  } finally {
    timer.abort(new Aborted());
    started.branch.cancellation.abort();
  }
}

/** Seconds after which the execution times out: its own limit, or that of Express executions. */
function limitOf({ type }: Host, { timeoutSeconds }: LoadedStateMachine): number | undefined {
  return type === 'EXPRESS' ? Math.min(timeoutSeconds ?? QUOTAS.expressSeconds, QUOTAS.expressSeconds) : timeoutSeconds;
}

const succeeded = (output: Json): End => ({ status: 'SUCCEEDED', output });

function failed(thrown: unknown): End {
  if (!(thrown instanceof StateFailure)) throw thrown;
  const { error, cause } = thrown;
  return { status: 'FAILED', ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
}

async function timeOut(run: Run, started: Started, seconds: number, done: AbortSignal): Promise<End> {
  try {
    await run.host.clock.sleep(seconds * 1000, done);
  } catch {
    return { status: 'TIMED_OUT' };
  }
  started.branch.cancellation.abort();
  run.history.end(started.branch.lastEvent, 'ExecutionTimedOut', {});
  return { status: 'TIMED_OUT', error: 'States.Timeout' };
}

function abortion(
  run: Run,
  started: Started,
  signal: AbortSignal,
  done: AbortSignal,
  cause: string | undefined,
): Promise<End> {
  return new Promise((resolve) => {
    const stop = () => {
      if (done.aborted) return;
      started.branch.cancellation.abort();
      run.history.end(started.branch.lastEvent, 'ExecutionAborted', failureDetails({ error: undefined, cause }));
      resolve({ status: 'ABORTED', ...(cause !== undefined && { cause }) });
    };
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true, signal: done });
  });
}
