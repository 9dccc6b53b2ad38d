import type { Invocation } from '../../protocol/invocation.ts';
import type { RemoteCall } from './remote-calls.ts';

/** A call in progress, with what ends it in time. */
export class RunningCall {
  readonly call: RemoteCall;
  readonly invocation: Invocation;
  /** Resolves if the host ends before the component begins. */
  readonly lost: Promise<undefined>;
  lose: () => void = () => {};
  /** The place of its beginning among all that the host did; undefined before. */
  begunAs: number | undefined;
  readonly #timers: NodeJS.Timeout[] = [];

  constructor(call: RemoteCall, invocation: Invocation) {
    this.call = call;
    this.invocation = invocation;
    this.lost = new Promise((resolve) => {
      this.lose = () => resolve(undefined);
    });
  }

  after(ms: number, act: () => void): void {
    this.#timers.push(setTimeout(act, ms));
  }

  clear(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}
