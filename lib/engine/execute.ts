import { randomUUID } from 'node:crypto';
import type { StateMachine } from '../asl/state-machine.ts';
import type { Json, JsonObject } from '../runtime/json.ts';
import { realClock } from './clock.ts';
import { type Started, start } from './execution.ts';
import { Aborted, StateFailure } from './failures.ts';
import { LIMITS } from './limits.ts';
import { type LoadedStateMachine, loadStateMachine } from './load.ts';
import { type Host, Run } from './run.ts';
import type { ExecuteOptions, ExecutionResult } from './types.ts';

/**
 * Runs a state machine to its end. A failed execution is a result; what throws is a definition that cannot run
 * ({@link DefinitionError}) and a fault of the host, such as a resolver that rejects with anything but a TaskError.
 */
export async function execute(
  machine: StateMachine | JsonObject | LoadedStateMachine,
  options: ExecuteOptions,
): Promise<ExecutionResult> {
  const loaded = isLoaded(machine) ? machine : loadStateMachine(machine);
  const input = options.input === undefined ? {} : options.input;
  const host = hostOf(options);
  const run = new Run(host, options.name ?? randomUUID(), input);
  const startMs = host.clock.now();
  const started = start(run, loaded.machine, input);
  const end = await outcome(run, started, limitOf(host, loaded), options.signal);
  return {
    id: run.id,
    ...end,
    startMs,
    stopMs: host.clock.now(),
    transitions: run.counter.transitions,
    events: run.history.length,
  };
}

const isLoaded = (machine: StateMachine | JsonObject | LoadedStateMachine): machine is LoadedStateMachine =>
  'machine' in machine && 'definition' in machine;

const hostOf = (options: ExecuteOptions): Host => ({
  resolver: options.resolver,
  clock: options.clock ?? realClock,
  random: options.random ?? Math.random,
  type: options.type ?? 'STANDARD',
  stateMachineName: options.stateMachineName ?? 'local',
  onEvent: options.onEvent,
});

/** Seconds after which the execution times out: its own limit, or that of Express executions. */
function limitOf({ type }: Host, { timeoutSeconds }: LoadedStateMachine): number | undefined {
  return type === 'EXPRESS' ? Math.min(timeoutSeconds ?? LIMITS.expressSeconds, LIMITS.expressSeconds) : timeoutSeconds;
}

type End = Pick<ExecutionResult, 'status' | 'output' | 'error' | 'cause'>;

/** Waits for the execution's own end, its time limit or an abort, whichever comes first. */
async function outcome(
  run: Run,
  started: Started,
  seconds: number | undefined,
  signal: AbortSignal | undefined,
): Promise<End> {
  const timer = new AbortController();
  const ends: Promise<End>[] = [started.output.then(succeeded, failed)];
  if (seconds !== undefined) ends.push(timeOut(run, started, seconds, timer.signal));
  if (signal !== undefined) ends.push(abortion(run, started, signal, timer.signal));
  try {
    return await Promise.race(ends);
  } finally {
    timer.abort(new Aborted());
    started.branch.cancellation.abort();
  }
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
  run.history.end(started.branch.lastEvent, 'ExecutionTimedOut', { error: 'States.Timeout' });
  return { status: 'TIMED_OUT', error: 'States.Timeout' };
}

function abortion(run: Run, started: Started, signal: AbortSignal, done: AbortSignal): Promise<End> {
  return new Promise((resolve) => {
    const stop = () => {
      if (done.aborted) return;
      started.branch.cancellation.abort();
      run.history.end(started.branch.lastEvent, 'ExecutionAborted', {});
      resolve({ status: 'ABORTED' });
    };
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true, signal: done });
  });
}
