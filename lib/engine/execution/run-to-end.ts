import type { Json } from '../../protocol/json.ts';
import { QUOTAS } from '../../protocol/quotas.ts';
import type { CompiledMachine } from '../definition/compiled.ts';
import type { LoadedStateMachine } from '../definition/load.ts';
import type { ExecutionResult } from '../types.ts';
import { Branch } from './branch.ts';
import type { Cancellation } from './cancellation.ts';
import type { Execution, Host } from './execution.ts';
import { Aborted, failureDetails, StateFailure } from './failures.ts';
import { checkPayload } from './limits.ts';
import { Scope } from './scope.ts';

/** A running execution: its top-level branch, and a promise of its output. */
export interface StartedExecution {
  readonly branch: Branch;
  readonly output: Promise<Json>;
}

/** Starts an execution. Its `output` rejects with a StateFailure. Success and failure are recorded in the history, an abort is not. */
export function startExecution(
  execution: Execution,
  machine: CompiledMachine,
  input: Json,
  parent?: Cancellation,
): StartedExecution {
  const branch = new Branch(execution, execution.path, new Scope(execution.variables), 0, parent);
  return { branch, output: perform(execution, branch, machine, input) };
}

async function perform(execution: Execution, branch: Branch, machine: CompiledMachine, input: Json): Promise<Json> {
  // In AWS's histories the first state's event does not refer back to this one: its previousEventId is 0.
  execution.history.append(0, 'ExecutionStarted', { input });
  try {
    checkPayload(input, execution.host.stateMachineName);
    const output = await branch.run(machine, input);
    execution.history.end(branch.lastEvent, 'ExecutionSucceeded', { output });
    return output;
  } catch (thrown) {
    if (thrown instanceof StateFailure)
      execution.history.end(branch.lastEvent, 'ExecutionFailed', failureDetails(thrown));
    throw thrown;
  }
}

/** How an execution ended. */
export type ExecutionEnd = Pick<ExecutionResult, 'status' | 'output' | 'error' | 'cause'>;

/**
 * Runs an execution until it ends, times out or is aborted, and records how it ended. `cause`: the cause of an abort.
 */
export async function runToEnd(
  execution: Execution,
  loaded: LoadedStateMachine,
  signal: AbortSignal | undefined,
  cause?: string,
): Promise<ExecutionEnd> {
  const started = startExecution(execution, loaded.machine, execution.input);
  const seconds = timeoutOf(execution.host, loaded);
  const timer = new AbortController();
  const ends: Promise<ExecutionEnd>[] = [started.output.then(succeeded, failed)];
  if (seconds !== undefined) ends.push(timeOut(execution, started, seconds, timer.signal));
  if (signal !== undefined) ends.push(abortion(execution, started, signal, timer.signal, cause));
  try {
    return await Promise.race(ends);
  } finally {
    timer.abort(new Aborted());
    started.branch.cancellation.abort();
  }
}

/** The seconds after which the execution times out: its TimeoutSeconds, at most the quota of Express executions. */
function timeoutOf({ type }: Host, { timeoutSeconds }: LoadedStateMachine): number | undefined {
  return type === 'EXPRESS' ? Math.min(timeoutSeconds ?? QUOTAS.expressSeconds, QUOTAS.expressSeconds) : timeoutSeconds;
}

const succeeded = (output: Json): ExecutionEnd => ({ status: 'SUCCEEDED', output });

function failed(thrown: unknown): ExecutionEnd {
  if (!(thrown instanceof StateFailure)) throw thrown;
  const { error, cause } = thrown;
  return { status: 'FAILED', ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
}

async function timeOut(
  execution: Execution,
  started: StartedExecution,
  seconds: number,
  done: AbortSignal,
): Promise<ExecutionEnd> {
  try {
    await execution.host.clock.sleep(seconds * 1000, done);
  } catch {
    return { status: 'TIMED_OUT' };
  }
  started.branch.cancellation.abort();
  execution.history.end(started.branch.lastEvent, 'ExecutionTimedOut', {});
  return { status: 'TIMED_OUT', error: 'States.Timeout' };
}

function abortion(
  execution: Execution,
  started: StartedExecution,
  signal: AbortSignal,
  done: AbortSignal,
  cause: string | undefined,
): Promise<ExecutionEnd> {
  return new Promise((resolve) => {
    const stop = () => {
      if (done.aborted) return;
      started.branch.cancellation.abort();
      execution.history.end(started.branch.lastEvent, 'ExecutionAborted', failureDetails({ error: undefined, cause }));
      resolve({ status: 'ABORTED', ...(cause !== undefined && { cause }) });
    };
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true, signal: done });
  });
}
