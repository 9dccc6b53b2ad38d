import { randomUUID } from 'node:crypto';
import type { Diagnostic } from '../../diagnostics/diagnostics.ts';
import type { Slots } from '../../protocol/invocation.ts';
import { DEFAULT_SECONDS, QUOTAS } from '../../protocol/quotas.ts';
import { diagnoseLoad, LoadsTooLong } from '../components/bundle-error.ts';
import type { ComponentDeclaration } from '../components/load.ts';
import { cancelled, timedOut } from './call-errors.ts';
import { Child, type ExitReason } from './child.ts';
import type { LateFailure } from './containment.ts';
import { describeExit, exitError, stackOf } from './exit-error.ts';
import {
  errorOf,
  type HostedBundle,
  type HostedInvoke,
  type MessageFromHost,
  type MessageToHost,
  type Pong,
  type ReportedExitReason,
} from './messages.ts';
import { readLines } from './output.ts';
import { Ping } from './ping.ts';
import { type CallHost, RemoteCall, reasonOf } from './remote-calls.ts';
import { RunningCall } from './running-call.ts';

/** What a run hears of the host of its components. */
export interface HostListener {
  /** Receives what components print, line by line. */
  readonly print: (line: string) => void;
  readonly onLate: (failure: LateFailure) => void;
}

/** A call of a component in a host. */
export interface HostedCall extends Omit<HostedInvoke, 'call' | 'session'> {
  /** The component's own, in seconds. */
  readonly timeout?: number | undefined;
}

/** Milliseconds that a component has to stop after its abort signal, and a host to answer. */
const GRACE_MS = 1000;

/** Milliseconds that a component may take to load. Source: the Init phase of a function, AWS Lambda developer guide. */
export const LOAD_MS = 10_000;

/**
 * A process in which the components of a project load and run, any number at once: whatever they do to their process,
 * they do not do to that of the command. Calls fail like those of a function on Lambda whose process ends.
 */
export class ComponentHost {
  readonly #child: Child<MessageToHost, MessageFromHost>;
  readonly #listeners = new Map<number, HostListener>();
  readonly #calls = new Map<number, RunningCall>();
  readonly #loads = new Map<number, Load>();
  readonly #pings = new Map<string, Ping>();
  readonly #otherwise: HostListener;
  readonly #isDebugged: boolean;
  #numbers = 0;
  #holds = 0;
  #isOpen = true;
  #isReady = false;

  /** Starts a process. `otherwise` hears what belongs to no run. */
  constructor(program: string, otherwise: HostListener) {
    this.#otherwise = otherwise;
    this.#isDebugged = process.execArgv.some((argument) => argument.startsWith('--inspect'));
    const execArgv = this.#isDebugged ? ['--inspect=0'] : [];
    this.#child = new Child(program, { execArgv, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    readLines(this.#child.output, (line) => this.#print(line));
    this.#child.listen({ message: (message) => this.#take(message), ended: (how) => this.#end(how) });
    this.#child.hold(false);
  }

  /** Whether it still runs. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** How many runs use it. */
  get uses(): number {
    return this.#listeners.size;
  }

  /** Begins a run; returns the number that its calls have. */
  open(listener: HostListener): number {
    const session = this.#numbers++;
    this.#listeners.set(session, listener);
    return session;
  }

  /** Ends a run, once all that its components have printed and said has arrived. */
  async close(session: number): Promise<void> {
    await this.settle();
    this.#listeners.delete(session);
  }

  /**
   * Loads a component, or says why it cannot be loaded. One that takes longer than `limitMs` ends the host. Undefined if
   * the host ended before it was this component's turn. Rejects if it could not even be started.
   */
  load(bundle: HostedBundle, limitMs = LOAD_MS): Promise<LoadResult> {
    const number = this.#numbers++;
    return this.#during(
      new Promise((resolve, reject) => {
        this.#loads.set(number, { bundle, limitMs, resolve, reject });
        this.#send({ type: 'load', load: number, bundle });
      }),
    );
  }

  /**
   * Runs a component. Rejects with the component's error, or with Lambda's error for a process that has ended. Undefined
   * if the host ended before the component began: another call has ended it, which this one must not answer for.
   */
  async invoke(session: number, { timeout, ...invoke }: HostedCall, host: CallHost): Promise<Slots | undefined> {
    const number = this.#numbers++;
    const call = new RemoteCall(host, (message) => this.#child.send(message));
    const running = new RunningCall(call, invoke.invocation);
    this.#calls.set(number, running);
    const abort = (): void => {
      if (!host.signal) return;
      this.#send({ type: 'abort', call: number, reason: reasonOf(host.signal) });
      running.after(GRACE_MS, () => this.#stopUnlessAnswering(number, cancelled(invoke.invocation)));
    };
    this.#watch(number, running, timeout);
    host.signal?.addEventListener('abort', abort, { once: true });
    this.#send({ type: 'invoke', call: number, session, ...invoke });
    if (host.signal?.aborted) abort();
    try {
      return await this.#during(Promise.race([call.answer, running.lost]));
    } finally {
      running.clear();
      host.signal?.removeEventListener('abort', abort);
      this.#calls.delete(number);
    }
  }

  /** Waits until all that has been said and printed so far has arrived; undefined if the host does not answer. */
  settle(graceMs = GRACE_MS): Promise<Pong | undefined> {
    const mark = `\u0002stepflow ${randomUUID()}`;
    const pinged = new Promise<Pong | undefined>((resolve) => {
      const timer = setTimeout(() => resolve(undefined), graceMs);
      const ping = new Ping((pong) => {
        clearTimeout(timer);
        resolve(pong);
      });
      this.#pings.set(mark, ping);
      this.#send({ type: 'ping', mark });
    });
    return this.#during(pinged.finally(() => this.#pings.delete(mark)));
  }

  /** Kills it immediately. Resolves when all of its output has been read, or nobody but its own children has the pipe. */
  async kill(): Promise<void> {
    this.#isOpen = false;
    this.#child.kill();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, GRACE_MS / 4);
    });
    await Promise.race([this.#child.closed, late]);
    clearTimeout(timer);
  }

  #send(message: MessageToHost): void {
    if (this.#isOpen) this.#child.send(message);
    else this.#end({ kind: 'exit', code: 0 });
  }

  /** This process goes on as long as it waits for the host, and no longer. */
  async #during<T>(work: Promise<T>): Promise<T> {
    this.#holds += 1;
    this.#child.hold(true);
    try {
      return await work;
    } finally {
      this.#holds -= 1;
      if (this.#holds === 0) this.#child.hold(false);
    }
  }

  /**
   * A call ends with its time, at the latest: the component ends it itself, unless it blocks the process. One that has
   * no timeout of its own may go on as long as any function may, if it does not block.
   */
  #watch(number: number, running: RunningCall, timeout: number | undefined): void {
    if (this.#isDebugged) return;
    const [blocking, atMost] = timeout === undefined ? [DEFAULT_SECONDS, QUOTAS.functionSeconds] : [timeout, timeout];
    const overtime = (seconds: number): Error => timedOut(running.invocation, seconds);
    running.after(blocking * 1000 + GRACE_MS, () => this.#stopUnlessAnswering(number, overtime(blocking)));
    if (atMost > blocking) running.after(atMost * 1000, () => running.call.fail(overtime(atMost)));
  }

  async #stopUnlessAnswering(number: number, error: Error): Promise<void> {
    const pong = await this.settle(2 * GRACE_MS);
    const running = this.#calls.get(number);
    if (pong || !running) return;
    running.call.fail(error);
    void this.kill();
  }

  #print(line: string): void {
    for (const [mark, ping] of this.#pings) {
      if (!line.endsWith(mark)) continue;
      ping.marked();
      const rest = line.slice(0, -mark.length);
      if (rest !== '') this.#listener().print(rest);
      return;
    }
    this.#listener().print(line);
  }

  /** Of a run, or of the latest one: what is printed does not say whose it is. */
  #listener(session?: number): HostListener {
    const own = session === undefined ? [...this.#listeners.values()].at(-1) : this.#listeners.get(session);
    return own ?? this.#otherwise;
  }

  #take(message: MessageFromHost): void {
    this.#isReady = true;
    switch (message.type) {
      case 'begun': {
        const begun = this.#calls.get(message.call);
        if (begun) begun.begunAs = this.#numbers++;
        break;
      }
      case 'log':
      case 'measured':
      case 'ask':
      case 'done':
        this.#calls.get(message.call)?.call.take(message);
        break;
      case 'loading':
        this.#limitLoad(message.load);
        break;
      case 'loaded':
        this.#endLoad(message.load, message.outcome);
        break;
      case 'pong':
        this.#pings.get(message.mark)?.answered(message);
        break;
      case 'late':
        this.#listener(message.session).onLate({ error: errorOf(message.error), at: message.at });
        break;
      case 'stray':
        process.emitWarning(`component ${message.component} went on after it was loaded: ${message.error.message}`);
        break;
      case 'died':
        this.#end(message.why);
    }
  }

  #limitLoad(number: number): void {
    const load = this.#loads.get(number);
    if (!load) return;
    load.hasBegun = true;
    if (this.#isDebugged) return;
    load.timer = setTimeout(() => {
      this.#endLoad(number, diagnoseLoad(load.bundle.component, new LoadsTooLong(load.limitMs / 1000)));
      void this.kill();
    }, load.limitMs);
  }

  #endLoad(number: number, outcome: LoadResult): void {
    const load = this.#loads.get(number);
    this.#loads.delete(number);
    clearTimeout(load?.timer);
    load?.resolve(outcome);
  }

  #endCalls(error: Error, wasOpen: boolean): void {
    const calls = [...this.#calls.values()];
    // Where none has begun, it was something that a component does before: its schema may run code too.
    const isKnown = !wasOpen || calls.some(({ begunAs }) => begunAs !== undefined);
    const isLost = ({ begunAs }: RunningCall): boolean => this.#isReady && isKnown && begunAs === undefined;
    for (const running of calls) if (isLost(running)) running.lose();
    // A process does one thing at a time: most probably, the component that began last has ended it. The flow hears of
    // that one first, as it would if each had a process of its own.
    const [last, ...others] = calls
      .filter((running) => !isLost(running))
      .sort((a, b) => (b.begunAs ?? 0) - (a.begunAs ?? 0));
    last?.call.fail(error);
    if (others.length > 0) setImmediate(() => others.forEach(({ call }) => void call.fail(error)));
  }

  #end(why: ReportedExitReason | ExitReason): void {
    const wasOpen = this.#isOpen;
    this.#isOpen = false;
    const error = exitError(describeExit(why), stackOf(why));
    const waiting = this.#calls.size + this.#loads.size;
    if (wasOpen && waiting === 0) process.emitWarning(`the process of the components has ended: ${error.message}`);
    this.#endCalls(error, wasOpen);
    for (const [number, { bundle, hasBegun, reject }] of this.#loads) {
      if (!this.#isReady) reject(new Error(`the process of the components could not be started: ${error.message}`));
      this.#endLoad(number, hasBegun ? diagnoseLoad(bundle.component, error) : undefined);
    }
    for (const ping of this.#pings.values()) ping.answered(undefined);
  }
}

/** What loading a component gives: undefined if it has not begun. */
export type LoadResult = ComponentDeclaration | Diagnostic | undefined;

interface Load {
  readonly bundle: HostedBundle;
  readonly limitMs: number;
  readonly resolve: (result: LoadResult) => void;
  /** No host could be started: a fault of ours. */
  readonly reject: (error: Error) => void;
  hasBegun?: boolean;
  timer?: NodeJS.Timeout;
}
