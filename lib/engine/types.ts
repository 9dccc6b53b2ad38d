import type { Json, JsonObject } from '../protocol/json.ts';
import type { LoadedStateMachine } from './definition/load.ts';
import type { TaskTokens } from './execution/task-tokens.ts';
import type { S3Objects } from './objects.ts';

/** A call that a Task state makes. */
export interface TaskRequest {
  /** The state's `Resource`, as written. */
  readonly resource: string;
  /** The evaluated `Arguments`; the state's input where there are none. Shared with the run's own data: never to be changed. */
  readonly arguments: Json;
  readonly stateName: string;
  /** 0 for the first attempt, then the number of retries so far. */
  readonly attempt: number;
  readonly execution: { readonly id: string; readonly name: string };
  /** Names the call by its place in the execution: no other call has the same, and in every run with the same answers it has the same. */
  readonly callId: string;
  /** The token that a task of the pattern `.waitForTaskToken` waits with, see {@link ExecuteOptions.tokens}. */
  readonly token?: string;
  /** Aborted when nobody waits for the result any more: a sibling failed, a timeout, a cancellation. */
  readonly signal: AbortSignal;
}

/** Performs the calls of Task states. Rejects with a {@link TaskError} for a failure that the state machine may handle. */
export type TaskResolver = (request: TaskRequest) => Promise<Json>;

/** A state machine that tasks of others may start. */
export interface NestedMachine {
  readonly machine: LoadedStateMachine;
  /** The state machine's name, part of its executions' ids. */
  readonly name: string;
  /** @default 'STANDARD' */
  readonly type?: 'STANDARD' | 'EXPRESS';
}

/**
 * Finds the state machine that a `startExecution` task names in StateMachineArn. Where it finds none, the call goes to
 * the {@link TaskResolver} like any other.
 */
export type MachineResolver = (stateMachineArn: string, request: TaskRequest) => NestedMachine | undefined;

/** A failed call: `error` is the state's Error, `cause` its Cause. */
export class TaskError extends Error {
  readonly error: string;
  override readonly cause: string | undefined;
  constructor(error: string, cause?: string) {
    super(cause === undefined ? error : `${error}: ${cause}`);
    this.name = 'TaskError';
    this.error = error;
    this.cause = cause;
  }
}

/** Time, real or virtual. All times in milliseconds since the epoch, all durations in milliseconds. */
export interface Clock {
  now(): number;
  /** Resolves after the duration, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal, what?: Sleep): Promise<void>;
  /** The time that the history's events get. @default `now` */
  stamp?(): number;
}

/** What a state sleeps for, for a clock that knows an execution from an earlier run. */
export interface Sleep {
  /** As `callId` of a {@link TaskRequest}. */
  readonly id: string;
  /** Whether it limits a call, and so begins anew when the call does. */
  readonly isTimeout?: true;
}

/** An event of an execution's history, with the names of AWS's GetExecutionHistory (`type`: `TaskStateEntered`, …). */
export interface HistoryEvent {
  readonly id: number;
  readonly previousEventId: number;
  readonly timestamp: number;
  readonly type: string;
  /** The state that the event belongs to, where it belongs to one. */
  readonly stateName?: string;
  /**
   * The id of the execution that the event belongs to, a child of a distributed Map or of a task that started a state
   * machine; absent for the execution that the host started.
   */
  readonly execution?: string;
  /** The `…EventDetails` of AWS's event, e.g. `{name, input}` of a StateEntered event, `{name, output, assignedVariables}` of a StateExited event. */
  readonly details: JsonObject;
}

/** What to run and with what. */
export interface ExecuteOptions {
  readonly input?: Json;
  readonly resolver: TaskResolver;
  /**
   * Answers tasks that wait for a token; what the resolver answers to such a task then only says that the call was made.
   * @default none: the resolver's answer is the result, as of any task
   */
  readonly tokens?: TaskTokens;
  /** The state machines that tasks may start. @default none */
  readonly nestedMachines?: MachineResolver;
  /** What distributed Maps read items from and write results to. @default none: such Maps fail */
  readonly objects?: S3Objects;
  readonly clock?: Clock;
  readonly onEvent?: (event: HistoryEvent) => void;
  readonly signal?: AbortSignal;
  /** The execution's name. @default a random UUID */
  readonly name?: string;
  readonly type?: 'STANDARD' | 'EXPRESS';
  /** Numbers in [0, 1) for jitter and `$random`. @default Math.random */
  readonly random?: () => number;
  /** The state machine's name. @default 'local' */
  readonly stateMachineName?: string;
  /** Milliseconds that pass between the entering of a state and its work, for a model of a service's own time. @default none */
  readonly latency?: (stateName: string) => number;
}

/** How an execution ended. */
export interface ExecutionResult {
  readonly id: string;
  readonly status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  readonly output?: Json;
  readonly error?: string;
  readonly cause?: string;
  readonly startMs: number;
  readonly stopMs: number;
  /** States entered and retried, in child executions too: what Standard workflows are billed by. */
  readonly transitions: number;
  /** Events of the history. */
  readonly events: number;
}
