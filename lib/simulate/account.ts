import { TaskError } from '../engine/index.ts';

/** What became of the calls of a run, in an account that allows so many at once. */
export interface AccountUse {
  /** The most calls that ran at once. */
  readonly callsAtOnce: number;
  /** Calls that were refused; each is repeated, as long as its state's Retry says. */
  readonly throttledCalls: number;
  /** Calls that were refused in all of their attempts. */
  readonly lostCalls: number;
  /** Runs of inner flows, such as the items of a `map`, that failed for such a call. */
  readonly lostItems: number;
}

/**
 * An account of AWS in a simulated run: it lets so many calls of functions run at once, and refuses others as Lambda does.
 * Not modelled are the ramp of a function, which may start 1,000 more calls every 10 s, and the limit of 10 calls a second
 * for each concurrent one. Source: "Understanding Lambda function scaling", AWS Lambda developer guide.
 */
export class Account {
  readonly #most: number;
  #running = 0;
  #callsAtOnce = 0;
  #throttledCalls = 0;
  /** Calls that were refused and not yet answered, by their paths without their attempts. */
  readonly #refused = new Set<string>();
  /** The paths of failed runs of inner flows. */
  readonly #failedRuns: string[] = [];

  /** `most`: the most calls at once. */
  constructor(most = Number.POSITIVE_INFINITY) {
    this.#most = most;
  }

  /** Begins the call with a `callId`; returns whether there is room for it. A call that began has to {@link end}. */
  begins(callId: string): boolean {
    if (this.#running >= this.#most) {
      this.#throttledCalls += 1;
      this.#refused.add(withoutAttempt(callId));
      return false;
    }
    this.#refused.delete(withoutAttempt(callId));
    this.#running += 1;
    this.#callsAtOnce = Math.max(this.#callsAtOnce, this.#running);
    return true;
  }

  end(): void {
    this.#running -= 1;
  }

  /** Records that the run of an inner flow failed. `path`: of the branch that it ran in. */
  innerFailure(path: string): void {
    this.#failedRuns.push(path);
  }

  /** What became of the calls, once the run has ended. */
  use(): AccountUse {
    const around = new Set([...this.#refused].flatMap(pathsAround));
    return {
      callsAtOnce: this.#callsAtOnce,
      throttledCalls: this.#throttledCalls,
      lostCalls: this.#refused.size,
      lostItems: this.#failedRuns.filter((path) => around.has(path)).length,
    };
  }
}

/** How a state machine learns that Lambda refuses a call. Source: "Invoke", AWS Lambda API reference. */
export const throttled = (): TaskError =>
  new TaskError('Lambda.TooManyRequestsException', 'Rate Exceeded. (Service: Lambda, Status Code: 429)');

/** The path in a `callId`, such as `2[0].1~3 load`, without the number of its attempt. */
const withoutAttempt = (callId: string): string => callId.slice(0, callId.indexOf(' ')).replace(/~\d+$/, '');

/** The paths of the branches that a visit is in. */
const pathsAround = (path: string): readonly string[] =>
  [...path.matchAll(/\]\./g)].map(({ index }) => path.slice(0, index + 2));
