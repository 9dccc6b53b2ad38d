import { AsyncLocalStorage } from 'node:async_hooks';
import { syncBuiltinESMExports } from 'node:module';
import { stackOfThrown } from '../../protocol/errors.ts';
import { exitError, uncaught } from './exit-error.ts';

/** A call of a component in this process. */
export interface ContainedCall {
  /** The component did what would have ended its own process on Lambda. May be called more than once, and after the call. */
  readonly ended: (error: Error) => void;
}

/**
 * The call that the running code belongs to, timers and promises that it started included; undefined for code of this
 * package and of whoever uses it.
 */
export const runningCall = new AsyncLocalStorage<ContainedCall | undefined>();

/** Thrown in place of an exit, since nothing after it may run. Whoever gets it has been told already. */
class Exited extends Error {
  override readonly name = 'Exited';
  constructor() {
    super();
    exits.add(this);
  }
}
const exits = new WeakSet<object>();

const open = new Set<ContainedCall>();
let users = 0;
let removeHooks = (): void => {};

/**
 * From now on, what components do outside of their calls' promises becomes a failure of the call that it belongs to, rather
 * than the end of this process. Everything else, an error of ours above all, stays as it was. Returns a function that ends
 * this; nothing is left of it once all who asked for it have ended it.
 */
export function containComponents(): () => void {
  if (users === 0) removeHooks = installHooks();
  users += 1;
  let isHeld = true;
  return () => {
    if (!isHeld) return;
    isHeld = false;
    users -= 1;
    if (users === 0) removeHooks();
  };
}

/** Runs `work` as `call`. */
export async function runContained<T>(call: ContainedCall, work: () => Promise<T>): Promise<T> {
  open.add(call);
  idleSince = undefined;
  try {
    return await runningCall.run(call, work);
  } finally {
    open.delete(call);
    idleSince = undefined;
  }
}

/** It waits for nothing any more, even if its promise never settles. */
function end(call: ContainedCall, error: Error): void {
  open.delete(call);
  call.ended(error);
}

function installHooks(): () => void {
  const restore = [
    replace(process, 'emit', containErrors),
    replace(process, 'exit', (exit) => containExit(exit, (code) => `exit status ${code ?? process.exitCode ?? 0}`)),
    replace(process, 'abort', (abort) => containExit(abort, () => 'signal: aborted')),
    replace(process, 'kill', containKill),
    replace(globalThis, 'queueMicrotask', containMicrotasks),
    ...('reallyExit' in process && typeof process.reallyExit === 'function'
      ? [
          replace(process as typeof process & { reallyExit: (code?: number) => never }, 'reallyExit', (exit) =>
            containExit(exit, (code) => `exit status ${code ?? 0}`),
          ),
        ]
      : []),
  ];
  process.on('beforeExit', failWhatWaits);
  syncBuiltinESMExports();
  return () => {
    for (const undo of restore) undo();
    process.off('beforeExit', failWhatWaits);
    syncBuiltinESMExports();
  };
}

/** Replaces a function until the returned one is called, unless somebody else has replaced it since. */
function replace<T extends object, K extends keyof T>(target: T, key: K, make: (original: T[K]) => T[K]): () => void {
  const original = target[key];
  const made = make(original);
  target[key] = made;
  return () => {
    if (target[key] === made) target[key] = original;
  };
}

/** Node announces an error that nobody caught as an event, within the context of the code that threw it. */
function containErrors(emit: typeof process.emit): typeof process.emit {
  const contained = (name: string | symbol, ...args: readonly unknown[]): boolean => {
    const call = name === 'uncaughtException' || name === 'unhandledRejection' ? runningCall.getStore() : undefined;
    if (call === undefined) return Reflect.apply(emit, process, [name, ...args]);
    reportUncaught(call, args[0]);
    return true;
  };
  return contained as typeof process.emit;
}

function reportUncaught(call: ContainedCall, thrown: unknown): void {
  if (typeof thrown === 'object' && thrown !== null && exits.has(thrown)) return;
  end(call, exitError(uncaught(thrown), stackOfThrown(thrown)));
}

function containExit<A extends readonly unknown[]>(
  exit: (...args: A) => never,
  how: (...args: A) => string,
): (...args: A) => never {
  return (...args) => {
    const call = runningCall.getStore();
    if (call === undefined) return Reflect.apply(exit, process, args);
    end(call, exitError(how(...args)));
    throw new Exited();
  };
}

function containKill(kill: typeof process.kill): typeof process.kill {
  return (pid, signal = 'SIGTERM') => {
    const call = runningCall.getStore();
    // 0 and -PID are the group of this process; the signal 0 only asks whether there is such a process.
    if (call === undefined || (Math.abs(pid) !== process.pid && pid !== 0) || signal === 0) return kill(pid, signal);
    end(call, exitError(`signal: ${signal}`));
    throw new Exited();
  };
}

/** Node loses the context of an error in a microtask. */
function containMicrotasks(queue: typeof queueMicrotask): typeof queueMicrotask {
  return (callback) => {
    const call = runningCall.getStore();
    if (call === undefined) return queue(callback);
    queue(() => {
      try {
        callback();
      } catch (error) {
        reportUncaught(call, error);
      }
    });
  };
}

/** Milliseconds that a call may wait for nothing but its end: whoever made it may still abort it. */
const PATIENCE_MS = 2000;

/** Since when nothing has been left that could happen, by `performance.now()`. */
let idleSince: number | undefined;

/** Nothing is left that could happen: what a call still waits for never comes, and this process would end without a word. */
function failWhatWaits(): void {
  if (open.size === 0) return;
  idleSince ??= performance.now();
  const leftMs = idleSince + PATIENCE_MS - performance.now();
  if (leftMs > 0) return void setTimeout(() => {}, leftMs); // Keeps this process going, and comes back here.
  idleSince = undefined;
  for (const call of open) end(call, exitError('exit status 0; the component waits for something that never comes'));
}
