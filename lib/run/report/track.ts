import type { SourceMap, StateSource } from '../../compiler/source-map.ts';
import type { HistoryEvent } from '../../engine/types.ts';
import { TASK_FAILED, TIMED_OUT } from '../../protocol/aws-errors.ts';
import { readCause } from '../../protocol/cause.ts';
import { readAnswer } from '../../protocol/component-task.ts';
import { LET_THROUGH } from '../../protocol/failure-codes.ts';
import type { Json } from '../../protocol/json.ts';
import type { ErrorData, RunEvent, StepReport } from './events.ts';
import { endedFusedSteps, failedFusedStep } from './fused-chain-visit.ts';
import { reportOf } from './outcome.ts';
import { recordsByState, type StateRecords } from './state-records.ts';
import {
  type Failure,
  StepRecord,
  type StepTimes,
  type TrackedState,
  type Visit,
  type VisitOutcome,
} from './step-record.ts';

/**
 * Follows an execution by the events of its history, from the local engine or from AWS. It emits the events of each step
 * and finally reports all steps. A step with concurrent visits starts with the first visit and ends with the last one.
 */
export class StepTracker {
  readonly #steps: readonly StepRecord[];
  readonly #states: SourceMap['states'];
  /** By the names of the states. */
  readonly #records: ReadonlyMap<string, StateRecords>;
  readonly #byId: ReadonlyMap<string, StepRecord>;
  readonly #emit: (event: RunEvent) => void;
  /** Guards by their exit event: the next event shows which transition was taken. */
  readonly #guards = new Map<string, GuardExit>();
  /** Open visits by their latest event, which the next event of the visit refers to. */
  readonly #visits = new Map<string, Visit>();
  /** Iterations without a state yet, by their start event, which the first state refers to. */
  readonly #iterations = new Map<string, number>();
  /** Visits whose failure was caught only to be passed on, perhaps, by their last event: the next one shows whether it was. */
  readonly #passing = new Map<string, { readonly visit: Visit; readonly atMs: number }>();
  /** The failures of executions, by execution. */
  readonly #failed = new Map<string, Failure>();
  /** Visits of states that do the work themselves: milliseconds of all, how many are open, and the most that were at once. */
  #workMs = 0;
  #atWork = 0;
  #widest = 0;
  /** Milliseconds since the epoch; set by the first event. */
  #startedAt: number | undefined;

  /** `states`: from the source map. */
  constructor(steps: readonly TrackedState[], states: SourceMap['states'], emit: (event: RunEvent) => void) {
    this.#steps = steps.map((step) => new StepRecord(step));
    this.#byId = new Map(this.#steps.map((record) => [record.step.id, record]));
    this.#states = states;
    this.#records = recordsByState(states, this.#byId);
    this.#emit = emit;
  }

  /** Milliseconds from the execution's start to a time; the first call sets the start. */
  sinceStart(time: number): number {
    this.#startedAt ??= time;
    return time - this.#startedAt;
  }

  /** Processes the next event. */
  observe(event: HistoryEvent): void {
    const { type, details } = event;
    const atMs = this.sinceStart(event.timestamp);
    this.#passGuard(event, atMs);
    this.#passOn(event);
    if (type === 'ExecutionFailed') this.#failed.set(event.execution ?? '', failureOf(details, type));
    const iteration = this.#iterationOf(event);
    const records = this.#records.get(event.stateName ?? '');
    if (!records) return;
    if (type.endsWith('StateEntered')) {
      const record = records.only ?? records.iterations[iteration ?? -1];
      if (record) this.#entered(record, event, atMs);
      return;
    }
    const visit = this.#visitOf(records, event);
    if (!visit) return;
    if (/^(Task|LambdaFunction)Scheduled$/.test(type)) this.#scheduled(visit, atMs);
    else if (FAILED.test(type)) visit.failure = failureOf(details, type);
    else if (type === 'TaskSucceeded') answered(visit, details.output);
    else if (type.endsWith('StateExited')) this.#exited(visit, event, atMs);
    else if (type.endsWith('StateAborted')) this.#ended(visit, 'cancelled', atMs);
  }

  /**
   * Ends the run at `endedAt` and reports all steps. `failure` is that of the execution, if it failed; `inPart`: it is a
   * failure of work attached to the step whose state failed, which itself succeeded.
   */
  finish(endedAt: number, failure?: Failure, inPart = false): readonly StepReport[] {
    const atMs = this.sinceStart(endedAt);
    for (const visit of [...this.#openVisits()]) {
      const hasFailedRun = isSame(visit.failure, failure);
      // It failed a nested execution, and the flow handled that failure.
      const isCovered = isSame(visit.failure, this.#failed.get(visit.execution));
      const ending = isCovered ? 'recovered' : 'cancelled';
      const hasSucceeded = inPart || isInOutput(visit.failure);
      this.#ended(visit, hasFailedRun ? (hasSucceeded ? 'succeeded' : 'failed') : ending, atMs);
    }
    return this.#steps.flatMap((record) => record.reports());
  }

  /** Reports all steps of a run that goes on: those that are at work are running. */
  soFar(): readonly StepReport[] {
    return this.#steps.flatMap((record) => record.reports(false));
  }

  /** Whether an event has been processed. */
  get hasStarted(): boolean {
    return this.#startedAt !== undefined;
  }

  /** How much work there was, and how much of it at once. Must be called after {@link finish}. */
  work(): RunWork {
    const steps = this.#steps.flatMap((record) => record.times());
    return { ms: this.#workMs, widest: this.#widest, steps };
  }

  #exited(visit: Visit, event: HistoryEvent, atMs: number): void {
    if (LET_THROUGH.includes(visit.failure?.error ?? '')) this.#passing.set(keyOf(event, event.id), { visit, atMs });
    else this.#ended(visit, endingOf(visit), atMs);
  }

  /** A state that fails passes the failure on: the visit is then one that failed. */
  #passOn(event: HistoryEvent): void {
    const before = keyOf(event, event.previousEventId);
    const passing = this.#passing.get(before);
    this.#passing.delete(before);
    if (!passing || this.#states[event.stateName ?? '']?.role === 'fail') return;
    this.#ended(passing.visit, endingOf(passing.visit), passing.atMs);
  }

  /** Where the execution failed; undefined if not in a step. Must be called before {@link finish}. */
  whereFailed(failure: Failure): ErrorData | undefined {
    const failed = this.#openVisits().filter((visit) => isSame(visit.failure, failure));
    // A step that runs others fails together with them: the one that made the call is the one that failed.
    const [visit] = failed.sort((one, other) => other.attempts - one.attempts);
    if (!visit || isInOutput(failure)) return undefined;
    const { stack, place } = readCause(failure.cause);
    const failedStep = failedStepOf(visit).step;
    const of = failedStep.addedFor ?? failedStep.id;
    const reported = this.#steps.flatMap(({ members }) => members).find(({ step }) => step.id === of)?.step;
    // A step that does work of the output is none of the flow's.
    if (!reported || reported.added) return undefined;
    const { id, component } = reported;
    return {
      step: id,
      component,
      attempt: Math.max(0, visit.attempts - 1),
      ...(place.field !== undefined && { field: place.field }),
      // The first line is the message.
      ...(stack.length > 1 && { stack }),
    };
  }

  #openVisits(): readonly Visit[] {
    return this.#steps.flatMap(({ open }) => [...open]);
  }

  #passGuard(event: HistoryEvent, atMs: number): void {
    const { type, stateName = '' } = event;
    const before = keyOf(event, event.previousEventId);
    const left = this.#guards.get(before);
    this.#guards.delete(before);
    if (left && stateName === left.next) {
      const records = left.steps.flatMap((id) => this.#byId.get(id)?.members ?? []);
      for (const record of records) this.#passOver(record, atMs);
    }
    const passing = type === 'ChoiceStateExited' ? this.#states[stateName]?.passesOver : undefined;
    if (passing) this.#guards.set(keyOf(event, event.id), passing);
  }

  #passOver(record: StepRecord, atMs: number): void {
    // If it cannot be skipped, its result was not needed.
    if (!record.step.maySkip) return;
    record.skip();
    this.#emit({ type: 'step-skipped', atMs, startMs: null, ...nameOf(record) });
  }

  /** The index of the iteration of which this is the first event. */
  #iterationOf(event: HistoryEvent): number | undefined {
    const before = keyOf(event, event.previousEventId);
    const index = this.#iterations.get(before);
    this.#iterations.delete(before);
    const { type, details } = event;
    if (type === 'MapIterationStarted') this.#iterations.set(keyOf(event, event.id), Number(details.index));
    return index;
  }

  #entered(record: StepRecord, event: HistoryEvent, atMs: number): void {
    const calls = event.type === 'TaskStateEntered';
    const [first = record] = record.members;
    if (record.open.size === 0) this.#emit({ type: 'step-started', atMs, ...nameOf(first) });
    const isMap = event.type === 'MapStateEntered';
    if (!isMap) this.#atWork += 1;
    this.#widest = Math.max(this.#widest, this.#atWork);
    this.#visits.set(keyOf(event, event.id), record.enter(atMs, calls ? 0 : 1, event.execution, isMap));
  }

  #visitOf({ only, all }: StateRecords, event: HistoryEvent): Visit | undefined {
    const before = keyOf(event, event.previousEventId);
    const visit = this.#visits.get(before);
    // Events of nested states come between the events of a state.
    if (!visit || !all.has(visit.record)) return only && [...only.open].at(-1);
    this.#visits.delete(before);
    // Ended visits are removed, because a run may have any number of visits.
    if (!/State(?:Exited|Aborted)$/.test(event.type)) this.#visits.set(keyOf(event, event.id), visit);
    return visit;
  }

  #scheduled(visit: Visit, atMs: number): void {
    visit.attempts += 1;
    if (!visit.failure) return;
    const error = reportOf(visit.failure.error, visit.failure.cause);
    this.#emit({ type: 'step-retried', atMs, ...nameOf(failedStepOf(visit)), attempt: visit.attempts - 1, error });
    visit.failure = undefined;
  }

  #ended(visit: Visit, ending: VisitOutcome, atMs: number): void {
    const { record, attempts } = visit;
    record.leave(visit, ending, atMs);
    if (!visit.isMap) {
      this.#atWork -= 1;
      this.#workMs += atMs - visit.startMs;
    }
    const fusedSteps = record.fusedSteps.length > 0 ? endedFusedSteps(visit, ending, atMs) : [];
    for (const ended of fusedSteps)
      ended.record.leave(ended.record.enter(ended.startMs, attempts), ended.ending, ended.endMs);
    if (record.open.size > 0) return;
    if (record.fusedSteps.length === 0)
      this.#emitEnd(record, ending, { atMs, startMs: record.openSince }, visit.failure);
    for (const [at, { record: fused, ending: own }] of fusedSteps.entries()) {
      const { startMs, endMs } = fused.span;
      if (at > 0) this.#emit({ type: 'step-started', atMs: startMs, ...nameOf(fused) });
      this.#emitEnd(fused, own, { atMs: endMs, startMs }, visit.failure);
    }
  }

  #emitEnd(record: StepRecord, ending: VisitOutcome, times: EventTimes, failure: Failure | undefined): void {
    const common = { ...times, ...nameOf(record) };
    if (ending === 'failed' || ending === 'recovered') {
      const error = reportOf(failure?.error ?? 'UNSPECIFIED', failure?.cause);
      this.#emit({ type: `step-${ending}`, ...common, error });
    } else this.#emit({ type: `step-${ending}`, ...common });
  }
}

/** The work of a run. */
export interface RunWork {
  /** Milliseconds of all steps together; what a Map waits for counts once, in its items. */
  readonly ms: number;
  /** The most steps, items and rounds that ran at once. */
  readonly widest: number;
  readonly steps: readonly StepTimes[];
}

type GuardExit = NonNullable<StateSource['passesOver']>;

interface EventTimes {
  readonly atMs: number;
  readonly startMs: number | null;
}

/** The step in which a failed visit failed. */
const failedStepOf = ({ record, failure }: Visit): StepRecord => failedFusedStep(record, failure) ?? record;

const FAILED = /^(Task|LambdaFunction)(Failed|TimedOut)$|StateFailed$|^EvaluationFailed$/;

/** Event ids are unique per execution; child executions of a distributed Map have histories of their own. */
const keyOf = ({ execution = '' }: HistoryEvent, id: number): string => `${execution}#${id}`;

const nameOf = ({ step: { id, component } }: StepRecord): { readonly step: string; readonly component: string } => {
  return { step: id, component };
};

const isSame = (one: Failure | undefined, other: Failure | undefined): boolean =>
  one !== undefined && one.error === other?.error && one.cause === other.cause;

/** Whether the failure is one of the flow's output, so that the step that reported it succeeded. */
const isInOutput = (failure: Failure | undefined): boolean => readCause(failure?.cause).place.inOutput === true;

function endingOf({ skipped, failure }: Visit): VisitOutcome {
  if (skipped) return 'skipped';
  return failure && !isInOutput(failure) ? 'recovered' : 'succeeded';
}

/** Records a function's answer. */
function answered(visit: Visit, output: Json | undefined): void {
  const { skipped, fusedStepTimes } = readAnswer(output);
  visit.failure = undefined;
  visit.skipped = skipped;
  if (fusedStepTimes) visit.fusedStepTimes = fusedStepTimes;
}

/** Error and cause of a failure event. */
function failureOf({ error, cause }: HistoryEvent['details'], type: string): Failure {
  const fallback = type.endsWith('TimedOut') ? TIMED_OUT : TASK_FAILED;
  return { error: typeof error === 'string' ? error : fallback, ...(typeof cause === 'string' && { cause }) };
}
