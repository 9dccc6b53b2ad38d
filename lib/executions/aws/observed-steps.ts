import type { HistoryEvent } from '../../engine/types.ts';
import { CallTotals } from '../../run/report/call-totals.ts';
import { criticalPath } from '../../run/report/critical-path.ts';
import type { ErrorData, RunEvent, StepReport } from '../../run/report/events.ts';
import { LongestHistory } from '../../run/report/longest-history.ts';
import { metricsOf } from '../../run/report/metrics.ts';
import type { Failure } from '../../run/report/step-record.ts';
import { endedSteps, type ReportedFlow, stepsSoFar } from '../../run/report/step-reports.ts';
import { StepTracker } from '../../run/report/track.ts';
import { unknownStates } from '../../run/report/unknown-states.ts';
import type { ReportedExecution } from '../executions.ts';
import { Problem } from '../problem.ts';
import type { ExecutionPlace } from './services.ts';

/** How an execution ended. */
export interface Ending {
  readonly status: string;
  readonly timestamp: number;
  readonly failure: Failure | undefined;
}

const ENDINGS: { readonly [type: string]: string } = {
  ExecutionSucceeded: 'SUCCEEDED',
  ExecutionFailed: 'FAILED',
  ExecutionTimedOut: 'TIMED_OUT',
  ExecutionAborted: 'ABORTED',
};

/** What the steps of an execution do, by the events of its history as they come. */
export class ObservedSteps {
  readonly #place: ExecutionPlace;
  readonly #report: ReportedFlow;
  readonly #tracker: StepTracker;
  readonly #longest = new LongestHistory();
  #transitions = 0;
  #first: HistoryEvent | undefined;
  /** The last event of the execution itself, not of one that it started. */
  #last: HistoryEvent | undefined;

  constructor(place: ExecutionPlace, report: ReportedFlow, onEvent: (event: RunEvent) => void = () => {}) {
    this.#place = place;
    this.#report = report;
    this.#tracker = new StepTracker(report.steps, report.states, onEvent);
  }

  /** Takes the next events. @throws Problem where they are of another version of the flow */
  add(events: readonly HistoryEvent[]): void {
    const [unknown] = unknownStates(events, this.#report.states);
    if (unknown !== undefined) throw ofAnotherVersion(this.#place, unknown);
    for (const event of events) {
      this.#first ??= event;
      if (event.execution === undefined) this.#last = event;
      if (event.type.endsWith('StateEntered')) this.#transitions += 1;
      this.#longest.observe(event);
      this.#tracker.observe(event);
    }
  }

  /** How the execution itself ended; undefined while it runs, also once more after a redrive. */
  get ending(): Ending | undefined {
    const last = this.#last;
    const status = ENDINGS[last?.type ?? ''];
    if (!last || status === undefined) return undefined;
    const { error, cause } = last.details;
    const failure: Failure | undefined =
      last.type === 'ExecutionFailed'
        ? { error: typeof error === 'string' ? error : 'UNSPECIFIED', ...(typeof cause === 'string' && { cause }) }
        : undefined;
    return { status, timestamp: last.timestamp, failure };
  }

  /** What its steps did. Ends the observation of an execution that has ended. */
  steps(): readonly StepReport[] {
    const { ending } = this;
    if (!ending) return stepsSoFar(this.#tracker, this.#report);
    return endedSteps(this.#tracker, this.#report, ending.timestamp, ending.failure).all;
  }

  /** The report of the whole execution; `failed`: where it failed. Ends the observation of one that has ended. */
  report(now: number): { readonly execution: ReportedExecution; readonly failed: ErrorData | undefined } {
    const { ending } = this;
    const stopMs = ending?.timestamp ?? now;
    const counts = {
      id: this.#place.executionArn,
      durationMs: this.#first ? Math.max(0, stopMs - this.#first.timestamp) : 0,
      transitions: this.#transitions,
      events: this.#longest.events,
    };
    if (!ending) return { execution: { ...counts, steps: this.steps(), criticalPath: [] }, failed: undefined };
    const { failed, own, all: steps } = endedSteps(this.#tracker, this.#report, stopMs, ending.failure);
    const metrics = metricsOf({
      ...{ flow: this.#place.flow.name, makespanMs: counts.durationMs, steps, work: this.#tracker.work() },
      ...{ calls: new CallTotals(), criticalPathMs: null },
      functionOf: () => undefined,
    });
    const path = criticalPath(own, this.#report.arrangement);
    return { execution: { ...counts, steps, criticalPath: path, metrics }, failed };
  }
}

const ofAnotherVersion = ({ flow, id }: ExecutionPlace, state: string): Problem =>
  new Problem(
    'OTHER_VERSION',
    `Execution "${id}" is of another version of flow "${flow.name}" than the one that is deployed, which has no state "${state}": its steps cannot be told; the console of Step Functions shows its states`,
  );
