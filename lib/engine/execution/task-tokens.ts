import type { Json } from '../../protocol/json.ts';
import { Aborted, StateFailure } from './failures.ts';

/** A token that no task waits with. `code` and message are those of AWS's API. */
export class TaskTokenError extends Error {
  readonly code: 'InvalidToken' | 'TaskTimedOut';
  constructor(code: TaskTokenError['code'], message: string) {
    super(message);
    this.name = 'TaskTokenError';
    this.code = code;
  }
}

/** A task that waits with a token, as the engine sees it. */
export interface WaitingTask {
  /** What the task was answered; rejects with a StateFailure. */
  readonly answer: Promise<Json>;
  /** Whether nobody has answered yet. */
  readonly isOpen: boolean;
  /** The task waits no longer: an answer that has not come rejects. */
  close(): void;
}

interface Waiting {
  readonly succeed: (output: Json) => void;
  readonly fail: (failure: StateFailure | Aborted) => void;
  readonly beat: () => void;
}

/**
 * Answers tasks that wait for a token, as SendTaskSuccess, SendTaskFailure and SendTaskHeartbeat do. One may serve any
 * number of executions. Each method throws a {@link TaskTokenError} for a token that no task waits with.
 */
export class TaskTokens {
  readonly #waiting = new Map<string, Waiting>();

  /** The task succeeds with an output. */
  sendTaskSuccess(token: string, output: Json): void {
    this.#take(token).succeed(output);
  }

  /** The task fails. */
  sendTaskFailure(token: string, error?: string, cause?: string): void {
    this.#take(token).fail(new StateFailure(error, cause));
  }

  /** The task is still worked on: its HeartbeatSeconds begin anew. */
  sendTaskHeartbeat(token: string): void {
    this.#find(token).beat();
  }

  /** The tokens that tasks wait with. */
  get waiting(): readonly string[] {
    return [...this.#waiting.keys()];
  }

  /** For the engine: a task begins to wait. `beat` is called at each heartbeat. */
  wait(token: string, beat: () => void): WaitingTask {
    const waiting = this.#waiting;
    const answer = new Promise<Json>((succeed, fail) => waiting.set(token, { succeed, fail, beat }));
    // It may be answered before the engine listens.
    answer.catch(() => {});
    return {
      answer,
      get isOpen() {
        return waiting.has(token);
      },
      close() {
        waiting.get(token)?.fail(new Aborted());
        waiting.delete(token);
      },
    };
  }

  #find(token: string): Waiting {
    const waiting = this.#waiting.get(token);
    if (waiting !== undefined) return waiting;
    if (!TOKEN.test(token)) throw new TaskTokenError('InvalidToken', "Invalid Token: 'Invalid token'");
    throw new TaskTokenError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
  }

  #take(token: string): Waiting {
    const waiting = this.#find(token);
    this.#waiting.delete(token);
    return waiting;
  }
}

/** What tokens look like. */
const TOKEN = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;
