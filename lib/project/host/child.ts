import { type ChildProcess, type ForkOptions, fork, type Serializable } from 'node:child_process';
import { isObject } from '../../protocol/json.ts';
import { uncaught } from './exit-error.ts';

/** How a process ended: by a signal, with an exit code, or because it could not be started. */
export type ExitReason =
  | NodeJS.Signals
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'uncaught'; readonly message: string; readonly stack?: string };

/** Receives the messages and the end of a process. */
export interface ChildListener<Out> {
  readonly message: (message: Out) => void;
  /** May be called more than once; the first call has the reason. */
  readonly ended: (how: ExitReason) => void;
}

/** The output streams of a process that was started with pipes. */
export type ChildOutput = Pick<ChildProcess, 'stdout' | 'stderr'>;

/** A child process that runs one of our programs: it receives messages of type `In` and sends messages of type `Out`. */
export class Child<In extends Serializable, Out> {
  readonly #process: ChildProcess;
  /** Resolves when the process is over and all of its output has been read. */
  readonly closed: Promise<void>;

  /** Starts `program`, the file of a module. */
  constructor(program: string, options: ForkOptions) {
    this.#process = fork(program, options);
    this.closed = new Promise((resolve) => this.#process.once('close', () => resolve()));
  }

  /** Subscribes to the messages and the end of the process. */
  listen({ message, ended }: ChildListener<Out>): void {
    // Each program sends messages of its own type only; a component that runs in it may send anything.
    this.#process.on('message', (received) => {
      if (isObject(received)) message(received as Out);
    });
    this.#process.once('error', (error) => ended({ kind: 'uncaught', message: uncaught(error) }));
    this.#process.once('exit', (code, signal) => ended(signal ?? { kind: 'exit', code: code ?? 0 }));
  }

  /** Its output streams. */
  get output(): ChildOutput {
    return this.#process;
  }

  /** Whether this process waits for it. */
  hold(isHeld: boolean): void {
    const { channel, stdout, stderr } = this.#process;
    // The streams are sockets, as are all pipes of a child process.
    for (const one of [this.#process, channel, stdout, stderr] as readonly (Held | null | undefined)[]) {
      if (isHeld) one?.ref?.();
      else one?.unref?.();
    }
  }

  /** Sends a message, unless the process is ending. */
  send(message: In): void {
    if (this.#process.connected) this.#process.send(message, () => {});
  }

  /** Kills it immediately. */
  kill(): void {
    this.#process.kill('SIGKILL');
  }
}

interface Held {
  ref?(): void;
  unref?(): void;
}
