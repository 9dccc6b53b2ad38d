import type { SourceMap, StateSource } from '../../compiler/source-map.ts';
import type { HistoryEvent } from '../../engine/types.ts';
import { readCause, stepOfFault } from '../../protocol/cause.ts';
import { invocationIn, readAnswer, readPayload } from '../../protocol/component-task.ts';
import { LET_THROUGH } from '../../protocol/failure-codes.ts';
import { isObject, type Json } from '../../protocol/json.ts';
import { ChildFailures } from './child-failures.ts';
import type { ErrorData, RunEvent, StepReport } from './events.ts';
import { failureOf } from './failure-of.ts';
import { type EndedFusedStep, endedFusedSteps, failedFusedStep } from './fused-chain-visit.ts';
import { Nesting } from './nesting.ts';
import { reportOf } from './outcome.ts';
import { recordsByState, type StateRecords, stepsAroundStates } from './state-records.ts';
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
  /** The failures of the executions that the flow's own has started. */
  readonly #children = new ChildFailures();
  /** The item with which a Map failed, by the step. */
  readonly #failedItems = new Map<string, number>();
  #lastFailure: Failure | undefined;
  /** Steps whose flow a state is in, by that state's last event: the next one shows whether the flow was left. */
  readonly #inFlows = new Map<string, readonly StepRecord[]>();
  readonly #nesting: Nesting;
  /** The steps that a visit is longer than one to their own state: see {@link stepsAroundStates}. */
  readonly #aroundStates: ReadonlySet<string>;
  /** Visits that end or go round again after a state, by its last event: the next one shows which. */
  readonly #leaving = new Map<string, Leaving>();
  /** Whether the execution was stopped from outside. */
  #isStopped = false;
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
    this.#nesting = new Nesting(this.#byId);
    this.#aroundStates = stepsAroundStates(states, steps);
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
    this.#leaveLoop(event);
    this.#leaveFlow(event, atMs);
    this.#children.observe(event, this.#states[event.stateName ?? '']);
    if (type === 'MapIterationFailed') {
      const step = this.#states[event.stateName ?? '']?.step;
      if (step !== undefined) this.#failedItems.set(step, Number(details.index));
    }
    if (/^Execution(Aborted|TimedOut)$/.test(type)) this.#isStopped = true;
    const iteration = this.#iterationOf(event);
    if (type.endsWith('StateEntered')) this.#begin(event, atMs);
    const records = this.#records.get(event.stateName ?? '');
    if (!records) return;
    if (type.endsWith('StateEntered')) {
      const record = records.only ?? records.iterations[iteration ?? -1];
      if (record) this.#entered(record, event, atMs);
      return;
    }
    const visit = this.#visitOf(records, event);
    if (!visit) return;
    if (/^(Task|LambdaFunction)Scheduled$/.test(type)) this.#scheduled(visit, atMs, details.parameters);
    else if (type === 'ParallelStateStarted') this.#attempted(visit, atMs);
    else if (FAILED.test(type)) this.#hasFailed(visit, failureOf(details, type), atMs);
    else if (type === 'TaskSucceeded') answered(visit, details.output);
    else if (type.endsWith('StateExited')) this.#exited(visit, event, atMs);
    else if (type.endsWith('StateAborted')) this.#aborted(visit, atMs);
  }

  #hasFailed(visit: Visit, failure: Failure, atMs: number): void {
    visit.failure = failure;
    visit.failedMs = atMs;
    this.#lastFailure = failure;
  }

  #aborted(visit: Visit, atMs: number): void {
    for (const record of this.#openAround(visit.record.step.id)) {
      const around = runnerVisit(record, visit.execution);
      if (around) around.stopped = true;
    }
    this.#ended(visit, 'cancelled', atMs);
  }

  /**
   * Ends the run at `endedAt` and reports all steps. `failure` is that of the execution, if it failed; `inPart`: it is a
   * failure of work attached to the step whose state failed, which itself succeeded.
   */
  finish(endedAt: number, failure?: Failure, inPart = false): readonly StepReport[] {
    const atMs = this.sinceStart(endedAt);
    const failed = failure && this.#failedStep(failure);
    const around = failed ? this.#nesting.around(failed.record.step.id) : [];
    // Steps that run others end after these.
    for (const visit of [...this.#openVisits()].reverse()) {
      const hasFailed = visit.isRunner && (visit.record === failed?.record || around.includes(visit.record));
      const ending = hasFailed ? 'failed' : this.#endingAtEnd(visit, failure, inPart);
      this.#ended(visit, ending, ending === 'recovered' ? (visit.failedMs ?? atMs) : atMs);
    }
    for (const record of [...(failed && !inPart ? [failed.record] : []), ...around].reverse())
      record.fail(atMs, this.#nesting.inside(record.step.id));
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

  #endingAtEnd(visit: Visit, failed: Failure | undefined, inPart: boolean): VisitOutcome {
    const { failure, isRunner, stopped } = visit;
    if (isSame(failure, failed)) return inPart || isInOutput(failure) ? 'succeeded' : 'failed';
    if (stopped || this.#isStopped) return 'cancelled';
    // What failed and is not what the execution failed by was handled by a step around it.
    if (failure !== undefined) return endingOf(visit);
    return isRunner && failed === undefined ? 'recovered' : 'cancelled';
  }

  /** How much work there was, and how much of it at once. Must be called after {@link finish}. */
  work(): RunWork {
    const steps = this.#steps.flatMap((record) => record.times());
    return { ms: this.#workMs, widest: this.#widest, steps };
  }

  #exited(visit: Visit, event: HistoryEvent, atMs: number): void {
    if (visit.failure && event.execution !== undefined) this.#children.handled(event.execution, visit);
    const { again } = this.#states[event.stateName ?? ''] ?? {};
    if (again !== undefined) this.#leaving.set(keyOf(event, event.id), { visit, again, atMs });
    else if (LET_THROUGH.includes(visit.failure?.error ?? ''))
      this.#passing.set(keyOf(event, event.id), { visit, atMs });
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

  /** After a round of a loop: it goes round again, or ends. */
  #leaveLoop(event: HistoryEvent): void {
    const before = keyOf(event, event.previousEventId);
    const leaving = this.#leaving.get(before);
    this.#leaving.delete(before);
    if (!leaving || event.stateName === leaving.again) return;
    const role = this.#states[event.stateName ?? '']?.role;
    // Its failure shows when the execution has ended.
    if (role === 'fail') return;
    this.#ended(leaving.visit, role === 'default' ? 'recovered' : endingOf(leaving.visit), leaving.atMs);
  }

  /** A state outside of a step that runs a flow, after one of that flow: a failure in it was caught there. */
  #leaveFlow(event: HistoryEvent, atMs: number): void {
    const before = keyOf(event, event.previousEventId);
    const records = this.#inFlows.get(before) ?? [];
    this.#inFlows.delete(before);
    // The end of an execution is that of none of the states around it.
    if (event.stateName === undefined) return;
    const { role, step = '' } = this.#states[event.stateName] ?? {};
    for (const record of [...records].reverse()) {
      const { id } = record.step;
      const isInside = (step === id && role !== 'default' && role !== 'default-check') || step.startsWith(`${id}.`);
      const visit = isInside || role === 'fail' ? undefined : runnerVisit(record, event.execution);
      if (!visit) break;
      visit.failure ??= this.#lastFailure;
      this.#ended(visit, 'recovered', atMs);
    }
    if (!event.type.endsWith('StateExited')) return;
    const source = this.#states[event.stateName];
    const around = this.#openAround(source?.step ?? '');
    // The end of the step itself is one in its own state.
    const inside = around.filter((record) => record.step.id !== source?.step || source.role !== 'step');
    if (inside.length > 0) this.#inFlows.set(keyOf(event, event.id), inside);
  }

  /** The steps round a state of which a visit is open that is longer than one to a state; of a step's own state, the step too. */
  #openAround(id: string): readonly StepRecord[] {
    if (this.#aroundStates.size === 0) return [];
    const own = this.#byId.get(id);
    return [...this.#nesting.around(id), ...(own ? [own] : [])].filter(
      ({ step, open }) => this.#aroundStates.has(step.id) && open.size > 0,
    );
  }

  /** Where the execution failed; undefined if not in a step. Must be called before {@link finish}. */
  whereFailed(failure: Failure): ErrorData | undefined {
    const failed = this.#failedStep(failure);
    if (!failed) return undefined;
    const { visit, record } = failed;
    const { stack, place } = readCause(failure.cause);
    const of = record.step.addedFor ?? record.step.id;
    const reported = this.#member(of)?.step;
    // A step that does work of the output is none of the flow's.
    if (!reported || reported.added) return undefined;
    const { id, component } = reported;
    const iteration = this.#iterationIn(failed);
    return {
      step: id,
      component,
      attempt: Math.max(0, (visit?.record.members.includes(record) ? visit.attempts : 0) - 1),
      ...(iteration !== undefined && { iteration }),
      ...(place.field !== undefined && { field: place.field }),
      // The first line is the message.
      ...(stack.length > 1 && { stack }),
    };
  }

  /**
   * The step that failed: the one that made the call, not those that run it and fail with it. A fault of the flow that a step
   * runs, as in its output, is that step's.
   */
  #failedStep(failure: Failure): FailedStep | undefined {
    const failed = this.#openVisits().filter((visit) => isSame(visit.failure, failure));
    const [called] = failed.filter(({ isRunner }) => !isRunner).sort((one, other) => other.attempts - one.attempts);
    if (called) {
      const record = this.#failedIn(called);
      return record && { record, visit: called };
    }
    const fault = this.#member(stepOfFault(failure.cause));
    if (fault) return { record: fault };
    const child = this.#children.failedWith(failure);
    if (child) {
      const { visit } = child;
      const record = visit ? this.#failedIn(visit) : this.#member(child.step);
      return record && { record, ...child };
    }
    const [runner] = failed;
    return runner && { record: runner.record, visit: runner };
  }

  /** The step that failed where a call did; undefined of a fault in the output of the outermost flow. */
  #failedIn(visit: Visit): StepRecord | undefined {
    return isInOutput(visit.failure) ? this.#nesting.around(visit.record.step.id).at(-1) : failedStepOf(visit);
  }

  /** The record of a step, which may be one of a fused chain. */
  #member(id: string | undefined): StepRecord | undefined {
    return id === undefined
      ? undefined
      : this.#steps.flatMap(({ members }) => members).find(({ step }) => step.id === id);
  }

  /** Which iteration of the steps around it failed: its call says so, or its execution, or the Maps around it. */
  #iterationIn({ record, visit, iteration }: FailedStep): string | undefined {
    const known = visit && iterationOfCall(visit.parameters);
    if (known !== undefined || iteration !== undefined) return known ?? iteration;
    const indexes = [...this.#nesting.around(record.step.id), record].map(({ step }) => this.#failedItems.get(step.id));
    const end = indexes.indexOf(undefined);
    const path = (end < 0 ? indexes : indexes.slice(0, end)).map((index) => `/${index}`).join('');
    return path === '' ? undefined : path;
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

  /** Begins a visit to a step that runs a flow, where a state before that flow is entered. */
  #begin(event: HistoryEvent, atMs: number): void {
    const source = this.#states[event.stateName ?? ''];
    if (source?.role !== 'take-input' || !this.#aroundStates.has(source.step ?? '')) return;
    const record = this.#byId.get(source.step ?? '');
    if (record) this.#enterAround(record, event, atMs);
  }

  #enterAround(record: StepRecord, event: HistoryEvent, atMs: number): Visit {
    if (record.open.size === 0) this.#emit({ type: 'step-started', atMs, ...nameOf(record) });
    return record.enter(atMs, 1, event.execution, true);
  }

  #entered(record: StepRecord, event: HistoryEvent, atMs: number): void {
    for (const around of this.#nesting.around(record.step.id))
      if (this.#aroundStates.has(around.step.id) && around.open.size === 0) this.#enterAround(around, event, atMs);
    if (this.#aroundStates.has(record.step.id)) {
      const visit = runnerVisit(record, event.execution) ?? this.#enterAround(record, event, atMs);
      if (event.type === 'ChoiceStateEntered') visit.skipped = isSkippedRun(event.details.input);
      this.#visits.set(keyOf(event, event.id), visit);
      return;
    }
    const isWhole = event.type === 'ParallelStateEntered';
    const isRunner = isWhole || event.type === 'MapStateEntered';
    const calls = event.type === 'TaskStateEntered' || isWhole;
    const [first = record] = record.members;
    if (record.open.size === 0) this.#emit({ type: 'step-started', atMs, ...nameOf(first) });
    if (!isRunner) this.#atWork += 1;
    this.#widest = Math.max(this.#widest, this.#atWork);
    this.#visits.set(keyOf(event, event.id), record.enter(atMs, calls ? 0 : 1, event.execution, isRunner));
  }

  /** Begins an attempt of a step as a whole. What an earlier one left open has failed with it, or was stopped. */
  #attempted(visit: Visit, atMs: number): void {
    const { record } = visit;
    visit.attempts += 1;
    if (visit.attempts === 1) return;
    for (const inner of this.#nesting.inside(record.step.id)) {
      for (const open of [...inner.open])
        if (open.failure || open.isRunner) this.#leave(open, 'recovered', open.failedMs ?? atMs);
      for (const member of inner.members) {
        member.repeat('cancelled');
        member.repeat('recovered');
      }
    }
    const error = reportOf(this.#lastFailure?.error ?? 'UNSPECIFIED', this.#lastFailure?.cause);
    this.#emit({ type: 'step-retried', atMs, ...nameOf(record), attempt: visit.attempts - 1, error });
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

  #scheduled(visit: Visit, atMs: number, parameters: Json | undefined): void {
    visit.attempts += 1;
    visit.parameters = parameters;
    if (!visit.failure) return;
    const error = reportOf(visit.failure.error, visit.failure.cause);
    this.#emit({ type: 'step-retried', atMs, ...nameOf(failedStepOf(visit)), attempt: visit.attempts - 1, error });
    visit.failure = undefined;
  }

  /** Ends a visit without telling of it. Answers how the steps of its fused chain ended. */
  #leave(visit: Visit, ending: VisitOutcome, atMs: number): readonly EndedFusedStep[] {
    const { record, attempts } = visit;
    record.leave(visit, ending, atMs);
    if (!visit.isRunner) {
      this.#atWork -= 1;
      this.#workMs += atMs - visit.startMs;
    }
    const fusedSteps = record.fusedSteps.length > 0 ? endedFusedSteps(visit, ending, atMs) : [];
    for (const ended of fusedSteps)
      ended.record.leave(ended.record.enter(ended.startMs, attempts), ended.ending, ended.endMs);
    return fusedSteps;
  }

  #ended(visit: Visit, ending: VisitOutcome, atMs: number): void {
    const { record } = visit;
    const fusedSteps = this.#leave(visit, ending, atMs);
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

/** A visit to a loop after one of its rounds. */
interface Leaving {
  readonly visit: Visit;
  /** The state that it goes on with where it goes round again. */
  readonly again: string;
  readonly atMs: number;
}

/** The step that an execution failed in. */
interface FailedStep {
  readonly record: StepRecord;
  /** The visit that failed: its own, or of a step in its flow. */
  readonly visit?: Visit;
  /** Which iteration it is in, where its execution says so. */
  readonly iteration?: string;
}

/** The visit of a step that runs a flow in which an event of an execution is. They are alike where several are open. */
const runnerVisit = ({ open }: StepRecord, execution = ''): Visit | undefined =>
  [...open].find((visit) => visit.isRunner && visit.execution === execution) ??
  [...open].find(({ isRunner }) => isRunner);

/** Which iteration a call is in, by the arguments of its Task. */
const iterationOfCall = (parameters: Json | undefined): string | undefined =>
  invocationIn(readPayload(parameters), '').iteration;

/** Whether the input of the Choice after a round is the outcome of a flow that was skipped. */
function isSkippedRun(input: Json | undefined): boolean {
  const outcome = readPayload(input);
  return isObject(outcome) && outcome.outcome === 'skipped';
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

function endingOf({ skipped, failure, isRunner }: Visit): VisitOutcome {
  if (skipped) return 'skipped';
  // The output of the flow that a step runs is the step's own.
  return failure && (isRunner || !isInOutput(failure)) ? 'recovered' : 'succeeded';
}

/** Records a function's answer. */
function answered(visit: Visit, output: Json | undefined): void {
  const { skipped, fusedStepTimes } = readAnswer(output);
  visit.failure = undefined;
  visit.skipped = skipped;
  if (fusedStepTimes) visit.fusedStepTimes = fusedStepTimes;
}
