import type { Json, JsonObject } from '../protocol/json.ts';
import type { LoadedStateMachine } from './definition/load.ts';
import type { TaskTokens } from './execution/task-tokens.ts';
import type { S3Objects } from './objects.ts';

/** A call that a Task state makes. */
export interface TaskRequest {
  /** The state's `Resource`, as written. */
  readonly resource: string;
  /** The evaluated `Arguments`; the state's input if it has none. Shared with the execution's own data: the resolver must not change it. */
  readonly arguments: Json;
  readonly stateName: string;
  /** 0 for the first attempt, then the number of retries so far. */
  readonly attempt: number;
  readonly execution: { readonly id: string; readonly name: string };
  /** Identifies the call by its position in the execution. Unique in the execution, and the same in every run with the same answers. */
  readonly callId: string;
  /** The task token of a task with the pattern `.waitForTaskToken`, see {@link ExecuteOptions.tokens}. */
  readonly token?: string;
  /** Aborted when the result is no longer needed: a sibling branch failed, the task timed out, the execution was aborted. */
  readonly signal: AbortSignal;
}

/** Performs the calls of Task states. Rejects with a {@link TaskError} for a failure that Retry and Catch may handle. */
export type TaskResolver = (request: TaskRequest) => Promise<Json>;

/** A state machine that tasks of another state machine may start. */
export interface NestedMachine {
  readonly machine: LoadedStateMachine;
  /** The state machine's name, part of its executions' ids. */
  readonly name: string;
  /** @default 'STANDARD' */
  readonly type?: 'STANDARD' | 'EXPRESS';
}

/**
 * Finds the state machine that a `startExecution` task names in StateMachineArn. If it returns undefined, the call goes
 * to the {@link TaskResolver} like any other.
 */
export type MachineResolver = (stateMachineArn: string, request: TaskRequest) => NestedMachine | undefined;

/** Executions start each other without an end. No state can handle that: each of them would only tell the next. */
export class EndlessExecutions extends Error {
  override readonly name = 'EndlessExecutions';
}

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
  /** The timestamp of history events. @default `now` */
  stamp?(): number;
}

/** Why a state sleeps, for a clock that replays an execution from an earlier run. */
export interface Sleep {
  /** As `callId` of a {@link TaskRequest}. */
  readonly id: string;
  /** Whether it is the timeout of a call, which starts again when the call is made again. */
  readonly isTimeout?: true;
  /** The error after which it waits to try again. */
  readonly retryOf?: string;
}

/** An event of an execution's history, with the names of AWS's GetExecutionHistory (`type`: `TaskStateEntered`, …). */
export interface HistoryEvent {
  readonly id: number;
  readonly previousEventId: number;
  readonly timestamp: number;
  readonly type: string;
  /** The state that the event belongs to; absent for events of the execution itself. */
  readonly stateName?: string;
  /**
   * The id of the child execution that the event belongs to, started by a distributed Map or by a task; absent for the
   * execution that the host started.
   */
  readonly execution?: string;
  /** The `…EventDetails` of AWS's event, e.g. `{name, input}` of a StateEntered event, `{name, output, assignedVariables}` of a StateExited event. */
  readonly details: JsonObject;
}

/** Where in a run a state is entered. */
export interface VisitPlace {
  /** Begins the `callId` of each call that is made in the same branch, or further inside. */
  readonly path: string;
  /** As in a {@link HistoryEvent}. */
  readonly execution: string | undefined;
}

/** The options of {@link execute}. */
export interface ExecuteOptions {
  readonly input?: Json;
  readonly resolver: TaskResolver;
  /**
   * Completes tasks that wait for a task token; the resolver's answer to such a task then only confirms the call.
   * @default none: the resolver's answer is the result, as of any task
   */
  readonly tokens?: TaskTokens;
  /** Finds the state machines that tasks may start. @default none */
  readonly nestedMachines?: MachineResolver;
  /** The S3 that distributed Maps read items from and write results to. @default none: such Maps fail */
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
  /** Milliseconds between entering a state and its work, to model the service's own overhead. @default none */
  readonly latency?: (stateName: string, place: VisitPlace) => number;
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
  /**
   * States entered and retried, in child executions of the same type too, and child executions that distributed Maps started:
   * the unit in which Standard workflows are billed.
   */
  readonly transitions: number;
  /** The number of events in the history. */
  readonly events: number;
}
