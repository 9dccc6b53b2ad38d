import type { Pong } from './messages.ts';

/** Waits for the answer of a host, and for the marks on its output that came with it. */
export class Ping {
  readonly #done: (pong: Pong | undefined) => void;
  #pong: Pong | undefined;
  #marks = 0;

  constructor(done: (pong: Pong | undefined) => void) {
    this.#done = done;
  }

  marked(): void {
    this.#marks += 1;
    this.#check();
  }

  /** Undefined: the host has ended. */
  answered(pong: Pong | undefined): void {
    this.#pong = pong;
    if (pong) this.#check();
    else this.#done(undefined);
  }

  #check(): void {
    if (this.#pong && this.#marks >= this.#pong.marked) this.#done(this.#pong);
  }
}
