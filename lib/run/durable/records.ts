import type { Slots } from '../../protocol/invocation.ts';
import { isObject, type Json } from '../../protocol/json.ts';

/** The version of a run's files: its journal and the recorded flow. 2: the flow has its source map. 3: records have checksums. */
export const JOURNAL_VERSION = 3;

/** The first line of a journal. All times are in milliseconds since the epoch. */
export interface RunStarted {
  readonly type: 'run';
  /** A run can only be resumed if this is {@link JOURNAL_VERSION}. */
  readonly version: number;
  /** The run's id: the name of its execution. */
  readonly id: string;
  /** The flow's name, and its file, absolute. */
  readonly flow: string;
  readonly file: string;
  /** The hex SHA-256 of the file with the recorded flow. */
  readonly flowHash: string;
  readonly at: number;
  /** The seed of the run's random numbers. */
  readonly seed: string;
  /** The input as JSON, its secrets sealed. */
  readonly input: string;
  /** Whether secrets were sealed in it. */
  readonly sealed: boolean;
}

/** A call ended, with a result or with an error that the state machine may handle. */
export interface CallEnded {
  readonly type: 'call';
  /** The call's id in the execution. */
  readonly id: string;
  readonly at: number;
  readonly result?: Json;
  readonly error?: string;
  readonly cause?: string;
}

/** A sleep ended: a wait or retry delay (`wake`), or the timeout of a call (`limit`). */
export interface SleepEnded {
  readonly type: 'wake' | 'limit';
  readonly id: string;
  readonly at: number;
}

/** The completion of a call or a sleep: the external events that advance an execution. */
export type Completion = CallEnded | SleepEnded;

/** A call from one component to another returned. */
export interface InnerCallEnded {
  readonly type: 'inner';
  readonly id: string;
  readonly at: number;
  readonly result: Slots;
}

/** The outcome of a run that has ended. */
export type RunOutcome = 'success' | 'skipped' | 'failed' | 'cancelled';

/** The run ended. */
export interface RunEnded {
  readonly type: 'end';
  readonly at: number;
  readonly outcome: RunOutcome;
  /** The visit that failed the run, which a resumed run retries. */
  readonly retryVisit?: string;
}

/** The run was resumed after it had ended or been interrupted. */
export interface RunResumed {
  readonly type: 'resume';
  readonly at: number;
}

/** A line of a journal. */
export type JournalRecord = RunStarted | Completion | InnerCallEnded | RunEnded | RunResumed;

const TYPES: ReadonlySet<unknown> = new Set(['run', 'call', 'wake', 'limit', 'inner', 'end', 'resume']);

/** Whether a value is a journal record. Only its type and time are checked: no other program writes journals, and a checksum guards what was written. */
export const isRecord = (value: unknown): value is JournalRecord =>
  isObject(value) && TYPES.has(value.type) && typeof value.at === 'number';

/** The id of a visit, from the id of any of its attempts: `2[0].1~1 load` is `2[0].1 load`. */
export const visitOf = (id: string): string => id.replace(/^(\S+?)~\d+(?= )/, '$1');
