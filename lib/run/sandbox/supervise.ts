import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { uncaught } from '../../project/host/exit-error.ts';
import type { ReportedExitReason } from '../../project/host/messages.ts';
import { MEBIBYTE, peakBytes } from '../../project/host/peak-memory.ts';
import type { MessageFromSandbox, MessageToSandbox, SandboxSpec } from './messages.ts';

/** Interval of the memory checks, in milliseconds. */
const MEMORY_CHECK_MS = 10;

const send = (message: MessageFromSandbox, then?: () => void): void => void process.send?.(message, then ?? (() => {}));

/**
 * Runs in the main thread of a sandbox. It passes messages between the parent process and the component's worker thread,
 * and enforces the memory limit of the whole process, including memory outside of the heap, even while the component blocks
 * its thread. `program`: this program, for the worker.
 */
export function supervise(program: string): void {
  // The parent process is gone.
  process.on('disconnect', () => process.exit());
  process.once('message', (message: MessageToSandbox) => {
    if (message.type === 'open') open(program, message);
  });
}

function open(program: string, { entry, memoryMb }: SandboxSpec): void {
  const worker = new Worker(fileURLToPath(program), {
    workerData: entry,
    resourceLimits: { maxOldGenerationSizeMb: memoryMb },
    execArgv: [],
  });
  process.on('message', (message: MessageToSandbox) => worker.postMessage(message));
  worker.on('message', (message: MessageFromSandbox) =>
    send(message.type === 'done' ? { ...message, peakBytes: peakBytes() } : message),
  );
  worker.on('error', (error) => exit(exitReasonOf(error)));
  worker.on('exit', (code) => exit({ kind: 'exit', code }));
  setInterval(() => {
    if (process.memoryUsage.rss() > memoryMb * MEBIBYTE) exit({ kind: 'memory' });
  }, MEMORY_CHECK_MS);
}

let isExiting = false;

function exit(why: ReportedExitReason): void {
  if (isExiting) return;
  isExiting = true;
  send({ type: 'died', why, peakBytes: peakBytes() }, () => process.exit());
}

function exitReasonOf(error: unknown): ReportedExitReason {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') return { kind: 'memory' };
  const stack = error instanceof Error ? error.stack : undefined;
  return { kind: 'uncaught', message: uncaught(error), ...(stack !== undefined && { stack }) };
}
