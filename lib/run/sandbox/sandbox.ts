import { cancelled, timedOut } from '../../project/host/call-errors.ts';
import { Child, type ExitReason } from '../../project/host/child.ts';
import { describeExit, exitError, stackOf } from '../../project/host/exit-error.ts';
import type { InvokeRequest, ReportedExitReason } from '../../project/host/messages.ts';
import { readOutput } from '../../project/host/output.ts';
import { MEBIBYTE } from '../../project/host/peak-memory.ts';
import { type CallHost, RemoteCall, reasonOf } from '../../project/host/remote-calls.ts';
import type { Invocation, Slots } from '../../protocol/invocation.ts';
import type { MessageFromSandbox, MessageToSandbox, SandboxSpec } from './messages.ts';

/** Options of a {@link Sandbox}. */
export interface SandboxOptions extends SandboxSpec {
  /** The sandbox's program. */
  readonly program: string;
  /** The folder of the blobs. */
  readonly blobs: string;
  /** Receives the component's output, line by line. */
  readonly print: (line: string) => void;
  /** The component ended the sandbox after a call had ended. @default nobody is told */
  readonly onLate?: (error: Error, last: Invocation) => void;
}

/** Milliseconds that a component has to stop after its abort signal; then its sandbox is killed. */
const GRACE_MS = 1000;

/**
 * A process in which one component runs, one invocation at a time, like a Lambda execution environment: a component that
 * exhausts its memory or blocks its thread does not affect others.
 */
export class Sandbox {
  readonly #child: Child<MessageToSandbox, MessageFromSandbox>;
  readonly #memoryMb: number;
  readonly #startedAt = performance.now();
  #call: RemoteCall | undefined;
  #calls = 0;
  #last: Invocation | undefined;
  readonly #onLate: SandboxOptions['onLate'];
  #isOpen = true;
  #peakBytes = 0;
  #startupMs = 0;
  /** Resolves when the component is loaded, with the start-up time in milliseconds. */
  readonly ready: Promise<number>;

  constructor({ program, blobs, print, onLate, ...contents }: SandboxOptions) {
    this.#onLate = onLate;
    this.#memoryMb = contents.memoryMb;
    const env = { ...process.env, STEPFLOW_BLOBS: blobs };
    this.#child = new Child(program, { execArgv: [], env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    readOutput(this.#child.output, print);
    this.ready = new Promise((resolve, reject) => {
      this.#child.listen({
        message: (message) => {
          if (message.type === 'ready') resolve(this.#started());
          else if (message.type === 'died') {
            this.#peakBytes = message.peakBytes;
            this.#end(message.why, reject);
          } else this.#take(message);
        },
        ended: (how) => this.#end(how, reject),
      });
    });
    // The rejection is handled by callers of `invoke`; it must not be unhandled if there is none.
    this.ready.catch(() => {});
    this.#child.send({ type: 'open', ...contents });
  }

  /** Whether it can be invoked again. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Its peak memory so far in bytes; 0 if unknown. */
  get peakBytes(): number {
    return this.#peakBytes;
  }

  /** Its start-up time in milliseconds, including the process, Node and the bundle; 0 before it is ready. */
  get startupMs(): number {
    return this.#startupMs;
  }

  /** Runs the component. Rejects with the component's error, or with Lambda's error for a sandbox that has exited. */
  async invoke(
    invoke: Omit<InvokeRequest, 'call'>,
    host: CallHost,
    timeoutSeconds: number | undefined,
  ): Promise<Slots> {
    await this.ready;
    const number = this.#calls++;
    const call = new RemoteCall(host, (message) => this.#child.send(message));
    this.#call = call;
    this.#last = invoke.invocation;
    const stop = (error: Error): void => {
      call.fail(error);
      this.kill();
    };
    const timers: NodeJS.Timeout[] = [];
    const after = (ms: number, error: () => Error): void =>
      void timers.push(setTimeout(() => stop(error()), ms + GRACE_MS));
    const abort = (): void => {
      if (host.signal) this.#child.send({ type: 'abort', call: number, reason: reasonOf(host.signal) });
      after(0, () => cancelled(invoke.invocation));
    };
    if (timeoutSeconds !== undefined) after(timeoutSeconds * 1000, () => timedOut(invoke.invocation, timeoutSeconds));
    host.signal?.addEventListener('abort', abort, { once: true });
    this.#child.send({ type: 'invoke', call: number, ...invoke });
    if (host.signal?.aborted) abort();
    try {
      return await call.answer;
    } finally {
      for (const timer of timers) clearTimeout(timer);
      host.signal?.removeEventListener('abort', abort);
      this.#call = undefined;
      // The component may still be running.
      if (host.signal?.aborted) this.kill();
    }
  }

  /** Kills it immediately. */
  kill(): void {
    this.#isOpen = false;
    this.#child.kill();
  }

  #started(): number {
    this.#startupMs = Math.round(performance.now() - this.#startedAt);
    return this.#startupMs;
  }

  #take(message: MessageFromSandbox): void {
    if (message.type === 'ready' || message.type === 'died') return;
    if (message.type === 'done') this.#peakBytes = message.peakBytes ?? this.#peakBytes;
    this.#call?.take(message);
  }

  #end(why: ReportedExitReason | ExitReason, reject: (error: Error) => void): void {
    const isLate = this.#isOpen && this.#call === undefined && typeof why !== 'string';
    this.#isOpen = false;
    if (isOutOfMemory(why)) this.#peakBytes = Math.max(this.#peakBytes, this.#memoryMb * MEBIBYTE);
    const error = exitError(describeExit(why, this.#memoryMb), stackOf(why));
    reject(error);
    this.#call?.fail(error);
    if (isLate && this.#last) this.#onLate?.(error, this.#last);
  }
}

const isOutOfMemory = (why: ReportedExitReason | ExitReason): boolean =>
  why === 'SIGABRT' || (typeof why !== 'string' && why.kind === 'memory');
