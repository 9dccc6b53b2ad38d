import type { Json } from '../../protocol/json.ts';
import type { AnswerKind } from '../../protocol/waiting.ts';
import type { LogEntry } from '../../runtime/logger.ts';

/** The status of a step. See {@link StepReport}. */
export type StepStatus = 'succeeded' | 'failed' | 'recovered' | 'skipped' | 'cancelled' | 'not_run' | 'running';

/**
 * The report of a step.
 *
 * | status | means |
 * |---|---|
 * | `succeeded` | its component answered |
 * | `failed` | its component failed, and the run with it |
 * | `recovered` | its component failed and its `onError` stood in for the result |
 * | `skipped` | by its `skipIf`, by a step it reads, or by its component |
 * | `cancelled` | it was running when the run ended |
 * | `not_run` | its result was not needed, or the run ended before it started |
 */
export interface StepReport {
  readonly id: string;
  readonly component: string;
  readonly status: StepStatus;
  /** Milliseconds after the run's start; null where the step never started. */
  readonly startMs: number | null;
  readonly endMs: number | null;
  /** How often its component was called for one run of it, retries included: the most of all items of a map or rounds of a loop. */
  readonly attempts: number;
  /** The longest start-up of its sandboxes, in milliseconds. */
  readonly startupMs?: number;
  /** The peak memory of its sandboxes, in bytes. */
  readonly memoryBytes?: number;
  /** The compiler's pass that made it part of other steps, so that it has no state of its own. */
  readonly absorbedBy?: string;
}

/** An error as a run reports it. */
export interface FlowErrorReport {
  readonly code: string;
  readonly message: string;
  readonly data?: ErrorData;
  /** The place in the flow, where no component has thrown the error. */
  readonly place?: SourceLocation;
}

/** A place in a file; line and column count from 1. */
export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Where a run failed, as far as known. */
export interface ErrorData {
  readonly step: string;
  readonly component: string;
  /** 0 for the first attempt. */
  readonly attempt: number;
  /** Which iteration of the `map` and `iterate` steps around it, outermost first, each after a `/`: items from 0, rounds from 1. */
  readonly iteration?: string;
  /** The path in the step's input of the value that is missing or does not fit. */
  readonly field?: string;
  /** The component's stack, a line an entry. */
  readonly stack?: readonly string[];
}

/** The result of a flow. */
export type FlowResult =
  | { readonly outcome: 'success'; readonly result: Json }
  | { readonly outcome: 'skipped' }
  | { readonly outcome: 'failed'; readonly error: FlowErrorReport };

interface At {
  /** Milliseconds after the run's start. */
  readonly atMs: number;
  /** It happened before the run was resumed, and is replayed. */
  readonly replayed?: true;
}

interface OfStep extends At {
  readonly step: string;
  readonly component: string;
}

/** What a step asks that waits for an answer, and how it is answered. */
export interface Question {
  /** The run whose step it is. */
  readonly execution: string;
  /** Who answers: a person who approves or rejects, or a machine that sends a value. */
  readonly answeredBy: AnswerKind;
  /** Which iteration of the `map` and `iterate` steps around it, outermost first, joined by `/`; absent in none. */
  readonly item?: string;
  readonly title?: string;
  /** Seconds for which it waits; absent: as long as the run. */
  readonly timeout?: number;
}

/** The events of a run, in order. The library itself prints nothing; the host shows the events. */
export type RunEvent =
  | (At & {
      readonly type: 'run-started';
      readonly flow: string;
      readonly execution: string;
      readonly steps: readonly StepName[];
      /** How many further steps a pass of the compiler made part of others. */
      readonly absorbed?: number;
    })
  | (OfStep & { readonly type: 'step-started' })
  | (OfStep & { readonly type: 'step-waiting'; readonly question: Question })
  | (OfStep & { readonly type: 'step-retried'; readonly attempt: number; readonly error: FlowErrorReport })
  | (OfStep & { readonly type: 'step-succeeded' | 'step-skipped' | 'step-cancelled'; readonly startMs: number | null })
  | (OfStep & {
      readonly type: 'step-failed' | 'step-recovered';
      readonly startMs: number | null;
      readonly error: FlowErrorReport;
    })
  | (At & { readonly type: 'log'; readonly entry: LogEntry })
  /** A line that a component in a sandbox printed. */
  | (At & { readonly type: 'output'; readonly line: string })
  | (At & { readonly type: 'run-ended'; readonly result: FlowResult });

/** A step by its id and its component. */
export interface StepName {
  readonly id: string;
  readonly component: string;
}
