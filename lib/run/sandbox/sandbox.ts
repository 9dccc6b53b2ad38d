import { FlowError, TimedOut, withoutFrames } from '../../protocol/errors.ts';
import type { Invocation, Slots } from '../../protocol/invocation.ts';
import type { Json } from '../../protocol/json.ts';
import type { HostContext } from '../../runtime/wrapper.ts';
import { exitError } from '../contain/exit-error.ts';
import { Child, type ExitReason } from './child.ts';
import {
  errorOf,
  type HostRequest,
  type InvokeRequest,
  type MessageFromSandbox,
  type MessageToSandbox,
  type Outcome,
  outcomeOf,
  type ReportedExitReason,
  type SandboxSpec,
} from './messages.ts';
import { readOutput } from './output.ts';
import { MEBIBYTE } from './peak-memory.ts';

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

/** The parts of the host that an invocation in a sandbox can use. */
export type SandboxHost = Pick<HostContext, 'log' | 'secrets' | 'call' | 'signal'>;

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
  #call: Call | undefined;
  #last: Invocation | undefined;
  readonly #onLate: SandboxOptions['onLate'];
  #isOpen = true;
  #peakBytes = 0;
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
          if (message.type === 'ready') resolve(performance.now() - this.#startedAt);
          else if (message.type === 'died') this.#end(message.why, reject);
          else this.#take(message);
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

  /** Runs the component. Rejects with the component's error, or with Lambda's error for a sandbox that has exited. */
  async invoke(invoke: InvokeRequest, host: SandboxHost, timeoutSeconds: number | undefined): Promise<Slots> {
    await this.ready;
    const call = new Call(host, (message) => this.#child.send(message));
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
      this.#child.send({ type: 'abort', reason: String(host.signal?.reason?.message ?? host.signal?.reason) });
      after(0, () => withoutFrames(new FlowError('CANCELLED', `step "${invoke.invocation.step}" was cancelled`)));
    };
    if (timeoutSeconds !== undefined) after(timeoutSeconds * 1000, () => timedOut(invoke, timeoutSeconds));
    host.signal?.addEventListener('abort', abort, { once: true });
    this.#child.send({ type: 'invoke', ...invoke });
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

  #take(message: MessageFromSandbox): void {
    if (message.type === 'done') this.#peakBytes = message.peakBytes;
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

/** An invocation in progress. */
class Call {
  readonly answer: Promise<Slots>;
  readonly #host: SandboxHost;
  readonly #send: (message: MessageToSandbox) => void;
  #resolve: (slots: Slots) => void = () => {};
  fail: (error: Error) => void = () => {};

  constructor(host: SandboxHost, send: (message: MessageToSandbox) => void) {
    this.#host = host;
    this.#send = send;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.fail = reject;
    });
  }

  take(message: MessageFromSandbox): void {
    if (message.type === 'log') this.#host.log?.(message.entry);
    else if (message.type === 'ask') void this.#answer(message.question, message.what);
    else if (message.type === 'done') this.#done(message.outcome);
  }

  #done(outcome: Outcome<Slots>): void {
    if (outcome.ok) this.#resolve(outcome.value ?? {});
    else this.fail(errorOf(outcome));
  }

  async #answer(question: number, what: HostRequest): Promise<void> {
    const outcome = await outcomeOf(() => this.#find(what));
    this.#send({ type: 'answer', question, outcome });
  }

  async #find(what: HostRequest): Promise<Json | undefined> {
    const { secrets, call } = this.#host;
    if (what.kind === 'secret') return secrets?.(what.name);
    if (call) return call(what.component, what.invocation, what.id);
    throw new FlowError('COMPONENT_NOT_FOUND', `${what.component} cannot be called from here`);
  }
}

const timedOut = ({ invocation }: InvokeRequest, seconds: number): Error =>
  withoutFrames(
    new TimedOut(
      `step "${invocation.step}" took more than ${seconds} s and did not stop when it was told to; raise "timeout" of its component, or give it less to do`,
    ),
  );

/** The component's own stack, of an error that it threw where nobody catches. */
const stackOf = (why: ReportedExitReason | ExitReason): string | undefined =>
  typeof why !== 'string' && why.kind === 'uncaught' ? why.stack : undefined;

const isOutOfMemory = (why: ReportedExitReason | ExitReason): boolean =>
  why === 'SIGABRT' || (typeof why !== 'string' && why.kind === 'memory');

function describeExit(why: ReportedExitReason | ExitReason, memoryMb: number): string {
  const memory = `its component used more than the ${memoryMb} MB that it may; raise its "memorySize", or give it less to do`;
  if (why === 'SIGABRT') return `signal: aborted; most likely ${memory}`;
  if (typeof why === 'string') return `signal: ${why}`;
  if (why.kind === 'memory') return `signal: killed; ${memory}`;
  return why.kind === 'exit' ? `exit status ${why.code}` : why.message;
}
