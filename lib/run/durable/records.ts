import type { Slots } from '../../protocol/invocation.ts';
import { isObject, type Json } from '../../protocol/json.ts';

/** The version of what a run writes down: its journal, and the flow beside it. 2: the flow has its source map. */
export const JOURNAL_VERSION = 2;

/** The first line of a journal: what was started. All times are in milliseconds since the epoch. */
export interface RunStarted {
  readonly type: 'run';
  /** A run is only resumed where it is {@link JOURNAL_VERSION}. */
  readonly version: number;
  /** The run's id: the name of its execution. */
  readonly id: string;
  /** The flow's name, and its file, absolute. */
  readonly flow: string;
  readonly file: string;
  readonly at: number;
  /** What the run's random numbers grow from. */
  readonly seed: string;
  /** The input as JSON, its secrets sealed. */
  readonly input: string;
  /** Whether secrets were sealed in it. */
  readonly sealed: boolean;
}

/** How a call ended: with a result, or with an error that the state machine may handle. */
export interface CallEnded {
  readonly type: 'call';
  /** The call's id in the execution. */
  readonly id: string;
  readonly at: number;
  readonly result?: Json;
  readonly error?: string;
  readonly cause?: string;
}

/** The end of a sleep; `limit` is one that limited a call. */
export interface SleepEnded {
  readonly type: 'wake' | 'limit';
  readonly id: string;
  readonly at: number;
}

/** What came to an execution from outside, and moved it on. */
export type Completion = CallEnded | SleepEnded;

/** How a call ended that a component made of another: its result. */
export interface InnerCallEnded {
  readonly type: 'inner';
  readonly id: string;
  readonly at: number;
  readonly result: Slots;
}

/** How a run can have ended. */
export type RunOutcome = 'success' | 'skipped' | 'failed' | 'cancelled';

/** The run ended. */
export interface RunEnded {
  readonly type: 'end';
  readonly at: number;
  readonly outcome: RunOutcome;
  /** The visit that failed the run, and that a resumed run makes again. */
  readonly retryVisit?: string;
}

/** The run went on, after it had ended or been broken off. */
export interface RunResumed {
  readonly type: 'resume';
  readonly at: number;
}

/** A line of a journal. */
export type JournalRecord = RunStarted | Completion | InnerCallEnded | RunEnded | RunResumed;

const TYPES: ReadonlySet<unknown> = new Set(['run', 'call', 'wake', 'limit', 'inner', 'end', 'resume']);

/** Whether a value is a line of a journal, as far as can be told from its kind: nobody else writes into one. */
export const isRecord = (value: unknown): value is JournalRecord =>
  isObject(value) && TYPES.has(value.type) && typeof value.at === 'number';

/** The id of a visit, of any of its attempts: `2[0].1~1 load` is `2[0].1 load`. */
export const visitOf = (id: string): string => id.replace(/^(\S+?)~\d+(?= )/, '$1');
