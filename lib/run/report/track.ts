import type { SourceMap, StateSource } from '../../compiler/source-map.ts';
import type { HistoryEvent } from '../../engine/types.ts';
import { TASK_FAILED, TIMED_OUT } from '../../protocol/aws-errors.ts';
import { readCause } from '../../protocol/cause.ts';
import { readAnswer } from '../../protocol/component-task.ts';
import type { Json } from '../../protocol/json.ts';
import type { ErrorData, RunEvent, StepReport } from './events.ts';
import { endedFusedSteps, failedFusedStep } from './fused-chain-visit.ts';
import { reportOf } from './outcome.ts';
import { recordsByState, type StateRecords } from './state-records.ts';
import { type Failure, StepRecord, type TrackedState, type Visit, type VisitOutcome } from './step-record.ts';

/**
 * Follows an execution by the events of its history, those of the local engine or those of AWS: tells of each step as
 * it goes, and at the end what became of all. Of a step that is visited many times at once it tells when the first
 * visit begins and when the last one ends.
 */
export class StepTracker {
  readonly #steps: readonly StepRecord[];
  readonly #states: SourceMap['states'];
  /** By the states' names; those that share one by their iterations' numbers. */
  readonly #records: ReadonlyMap<string, StateRecords>;
  readonly #byId: ReadonlyMap<string, StepRecord>;
  readonly #emit: (event: RunEvent) => void;
  /** Guards that were left by an event: what follows that event says which way. */
  readonly #guards = new Map<string, GuardExit>();
  /** Open visits by their latest event: the next one of the visit follows it. */
  readonly #visits = new Map<string, Visit>();
  /** The numbers of iterations that have just begun, by the event that says so: their first state follows it. */
  readonly #iterations = new Map<string, number>();
  /** How executions failed that the flow's started. */
  readonly #failed = new Map<string, Failure>();
  /** Milliseconds since the epoch; known once the execution has begun. */
  #startedAt: number | undefined;

  /** `states`: what the states are. */
  constructor(steps: readonly TrackedState[], states: SourceMap['states'], emit: (event: RunEvent) => void) {
    this.#steps = steps.map((step) => new StepRecord(step));
    this.#byId = new Map(this.#steps.map((record) => [record.step.id, record]));
    this.#states = states;
    this.#records = recordsByState(states, this.#byId);
    this.#emit = emit;
  }

  /** Milliseconds from the execution's start to a time; the first time asked for is the start. */
  sinceStart(time: number): number {
    this.#startedAt ??= time;
    return time - this.#startedAt;
  }

  /** Takes in the next event. */
  observe(event: HistoryEvent): void {
    const { type, details } = event;
    const atMs = this.sinceStart(event.timestamp);
    this.#passGuard(event, atMs);
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
    else if (type.endsWith('StateExited')) this.#ended(visit, endingOf(visit), atMs);
    else if (type.endsWith('StateAborted')) this.#ended(visit, 'cancelled', atMs);
  }

  /**
   * Ends the run at `endedAt` and answers what became of each step. `failure` is the execution's, where it failed;
   * `inPart`: that of a step that is part of the one whose state failed, which itself went well.
   */
  finish(endedAt: number, failure?: Failure, inPart = false): readonly StepReport[] {
    const atMs = this.sinceStart(endedAt);
    for (const visit of [...this.#openVisits()]) {
      const isItsOwn = isSame(visit.failure, failure);
      // An execution that the flow's had started failed by it, and the flow went on.
      const isCovered = isSame(visit.failure, this.#failed.get(visit.execution));
      const ending = isCovered ? 'recovered' : 'cancelled';
      const isWell = inPart || isInOutput(visit.failure);
      this.#ended(visit, isItsOwn ? (isWell ? 'succeeded' : 'failed') : ending, atMs);
    }
    return this.#steps.flatMap((record) => record.reports());
  }

  /** Where an execution that has failed did so; undefined where the failure is no step's. To be asked before the end. */
  whereFailed(failure: Failure): ErrorData | undefined {
    const failed = this.#openVisits().filter((visit) => isSame(visit.failure, failure));
    // A step that runs others fails with them; the one that made the call is the place.
    const [visit] = failed.sort((one, other) => other.attempts - one.attempts);
    if (!visit || isInOutput(failure)) return undefined;
    const { stack } = readCause(failure.cause);
    const { id, component } = failedStepOf(visit).step;
    return { step: id, component, attempt: Math.max(0, visit.attempts - 1), ...(stack.length > 0 && { stack }) };
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
    // One that cannot be skipped was not wanted.
    if (!record.step.maySkip) return;
    record.skip();
    this.#emit({ type: 'step-skipped', atMs, startMs: null, ...nameOf(record) });
  }

  /** The number of the iteration of which an event is the first. */
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
    this.#visits.set(keyOf(event, event.id), record.enter(atMs, calls ? 0 : 1, event.execution));
  }

  #visitOf({ only, all }: StateRecords, event: HistoryEvent): Visit | undefined {
    const before = keyOf(event, event.previousEventId);
    const visit = this.#visits.get(before);
    // What a state runs inside itself comes between its own events.
    if (!visit || !all.has(visit.record)) return only && [...only.open].at(-1);
    this.#visits.delete(before);
    // Nothing of the visit comes after its end, and a run may have any number of visits.
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
    const links = record.fusedSteps.length > 0 ? endedFusedSteps(visit, ending, atMs) : [];
    for (const link of links) link.record.leave(link.record.enter(link.startMs, attempts), link.ending, link.endMs);
    if (record.open.size > 0) return;
    if (record.fusedSteps.length === 0)
      this.#tellEnd(record, ending, { atMs, startMs: record.openSince }, visit.failure);
    for (const [at, { record: link, ending: own }] of links.entries()) {
      const { startMs, endMs } = link.span;
      if (at > 0) this.#emit({ type: 'step-started', atMs: startMs, ...nameOf(link) });
      this.#tellEnd(link, own, { atMs: endMs, startMs }, visit.failure);
    }
  }

  #tellEnd(record: StepRecord, ending: VisitOutcome, times: EventTimes, failure: Failure | undefined): void {
    const common = { ...times, ...nameOf(record) };
    if (ending === 'failed' || ending === 'recovered') {
      const error = reportOf(failure?.error ?? 'UNSPECIFIED', failure?.cause);
      this.#emit({ type: `step-${ending}`, ...common, error });
    } else this.#emit({ type: `step-${ending}`, ...common });
  }
}

type GuardExit = NonNullable<StateSource['passesOver']>;

interface EventTimes {
  readonly atMs: number;
  readonly startMs: number | null;
}

/** The step that a visit, which has failed, did so in. */
const failedStepOf = ({ record, failure }: Visit): StepRecord => failedFusedStep(record, failure) ?? record;

const FAILED = /^(Task|LambdaFunction)(Failed|TimedOut)$|StateFailed$|^EvaluationFailed$/;

/** Event ids count by execution; the children of a distributed Map have histories of their own. */
const keyOf = ({ execution = '' }: HistoryEvent, id: number): string => `${execution}#${id}`;

const nameOf = ({ step: { id, component } }: StepRecord): { readonly step: string; readonly component: string } => {
  return { step: id, component };
};

const isSame = (one: Failure | undefined, other: Failure | undefined): boolean =>
  one !== undefined && one.error === other?.error && one.cause === other.cause;

/** Whether the step whose function found a failure went well itself. */
const isInOutput = (failure: Failure | undefined): boolean => readCause(failure?.cause).place.inOutput === true;

function endingOf({ skipped, failure }: Visit): VisitOutcome {
  if (skipped) return 'skipped';
  return failure && !isInOutput(failure) ? 'recovered' : 'succeeded';
}

/** Takes in a function's answer. */
function answered(visit: Visit, output: Json | undefined): void {
  const { skipped, fusedStepTimes: took } = readAnswer(output);
  visit.failure = undefined;
  visit.skipped = skipped;
  if (took) visit.fusedStepTimes = took;
}

/** Error and cause of an event that tells of a failure. */
function failureOf({ error, cause }: HistoryEvent['details'], type: string): Failure {
  const fallback = type.endsWith('TimedOut') ? TIMED_OUT : TASK_FAILED;
  return { error: typeof error === 'string' ? error : fallback, ...(typeof cause === 'string' && { cause }) };
}
