import type { Json } from '../../protocol/json.ts';
import { Aborted, StateFailure } from './failures.ts';

/** A task token that no task waits for. `code` and message are those of AWS's API. */
export class TaskTokenError extends Error {
  readonly code: 'InvalidToken' | 'TaskTimedOut';
  constructor(code: TaskTokenError['code'], message: string) {
    super(message);
    this.name = 'TaskTokenError';
    this.code = code;
  }
}

/** A task that waits for its task token, as the engine sees it. */
export interface WaitingTask {
  /** The task's output; rejects with a StateFailure. */
  readonly answer: Promise<Json>;
  /** Whether the task has neither succeeded nor failed yet. */
  readonly isOpen: boolean;
  /** Ends the waiting; a pending `answer` rejects. */
  close(): void;
}

interface Waiting {
  readonly succeed: (output: Json) => void;
  readonly fail: (failure: StateFailure | Aborted) => void;
  readonly onHeartbeat: () => void;
}

/**
 * Completes tasks that wait for a task token, as SendTaskSuccess, SendTaskFailure and SendTaskHeartbeat do. One instance
 * may serve any number of executions. Each method throws a {@link TaskTokenError} for a token that no task waits for.
 */
export class TaskTokens {
  readonly #waiting = new Map<string, Waiting>();

  /** Completes the task with an output. */
  sendTaskSuccess(token: string, output: Json): void {
    this.#take(token).succeed(output);
  }

  /** Fails the task. */
  sendTaskFailure(token: string, error?: string, cause?: string): void {
    this.#take(token).fail(new StateFailure(error, cause));
  }

  /** Reports that the task is still in progress: its HeartbeatSeconds start again. */
  sendTaskHeartbeat(token: string): void {
    this.#find(token).onHeartbeat();
  }

  /** The task tokens that tasks wait for. */
  get waiting(): readonly string[] {
    return [...this.#waiting.keys()];
  }

  /** For the engine: registers a waiting task. `onHeartbeat` is called at each heartbeat. */
  wait(token: string, onHeartbeat: () => void): WaitingTask {
    const waiting = this.#waiting;
    const answer = new Promise<Json>((succeed, fail) => waiting.set(token, { succeed, fail, onHeartbeat }));
    // It may reject before the engine listens.
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

/** The format of task tokens: UUIDs. */
const TOKEN = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;
