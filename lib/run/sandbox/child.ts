import { type ChildProcess, type ForkOptions, fork, type Serializable } from 'node:child_process';

/** How a process ended: by itself, by a signal, or it could not even be started. */
export type ExitReason =
  | NodeJS.Signals
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'uncaught'; readonly message: string };

/** Who is told of a process. */
export interface ChildListener<Out> {
  readonly message: (message: Out) => void;
  /** May be called more than once; the first call says how it ended. */
  readonly ended: (how: ExitReason) => void;
}

/** The streams that a process prints to, where its options ask for pipes. */
export type ChildOutput = Pick<ChildProcess, 'stdout' | 'stderr'>;

/** A process that runs a program of ours: messages of type `In` go into it, messages of type `Out` come out. */
export class Child<In extends Serializable, Out> {
  readonly #process: ChildProcess;

  /** Starts `program`, the file of a module. */
  constructor(program: string, options: ForkOptions) {
    this.#process = fork(program, options);
  }

  /** Has a listener told of all that follows: messages, and the end. */
  listen({ message, ended }: ChildListener<Out>): void {
    // Each program sends messages of its own type only.
    this.#process.on('message', (received) => message(received as Out));
    this.#process.once('error', (error) => ended({ kind: 'uncaught', message: error.message }));
    this.#process.once('exit', (code, signal) => ended(signal ?? { kind: 'exit', code: code ?? 0 }));
  }

  /** What it prints. */
  get output(): ChildOutput {
    return this.#process;
  }

  /** Sends a message; one that is ending gets no more. */
  send(message: In): void {
    if (this.#process.connected) this.#process.send(message, () => {});
  }

  /** Ends it, at once. */
  kill(): void {
    this.#process.kill('SIGKILL');
  }
}
