import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Contents, Death, IntoSandbox, OutOfSandbox } from './messages.ts';
import { MEBIBYTE, peakBytes } from './peak-memory.ts';

/** How often the memory in use is looked at, in milliseconds. */
const WATCH_MS = 10;

const send = (message: OutOfSandbox, then?: () => void): void => void process.send?.(message, then ?? (() => {}));

/**
 * The main thread of a sandbox. It hands messages between whoever has the sandbox and the component's thread, and is
 * there while the component lets nothing else run: it sees how much memory the whole process uses, what the component
 * has outside of its heap too, and ends it where that is too much. `program`: this program, for the other thread.
 */
export function supervise(program: string): void {
  // Nobody is left to answer to.
  process.on('disconnect', () => process.exit());
  process.once('message', (message: IntoSandbox) => {
    if (message.type === 'open') open(program, message);
  });
}

function open(program: string, { entry, memoryMb }: Contents): void {
  const worker = new Worker(fileURLToPath(program), {
    workerData: entry,
    resourceLimits: { maxOldGenerationSizeMb: memoryMb },
    execArgv: [],
  });
  process.on('message', (message: IntoSandbox) => worker.postMessage(message));
  worker.on('message', (message: OutOfSandbox) =>
    send(message.type === 'done' ? { ...message, peakBytes: peakBytes() } : message),
  );
  worker.on('error', (error) => die(deathBy(error)));
  worker.on('exit', (code) => die({ kind: 'exit', code }));
  setInterval(() => {
    if (process.memoryUsage.rss() > memoryMb * MEBIBYTE) die({ kind: 'memory' });
  }, WATCH_MS);
}

let isDying = false;

function die(why: Death): void {
  if (isDying) return;
  isDying = true;
  send({ type: 'died', why }, () => process.exit());
}

function deathBy(error: unknown): Death {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') return { kind: 'memory' };
  return { kind: 'uncaught', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
