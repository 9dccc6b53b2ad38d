import type { PassName } from '../../compiler/passes/passes.ts';
import { flowRunnerAt } from '../../flow/flow-runners.ts';
import type { FusedStepTimes } from '../../protocol/invocation.ts';
import type { Json } from '../../protocol/json.ts';
import type { StepName, StepReport, StepStatus } from './events.ts';

/** A step that runs in a state, alone or in a fused chain. */
export interface TrackedStep extends StepName {
  /** Whether the state machine can skip it; otherwise a guard that bypasses it means that its result is not needed. */
  readonly maySkip: boolean;
  /** The compiler added it: it is none of the flow's. */
  readonly added?: true;
  /** The step whose work an added one does, and whose failure one of it is. */
  readonly addedFor?: string;
}

/** A step with a state of its own. */
export interface TrackedState extends TrackedStep {
  /** The steps of its fused chain that the same call runs before it, in order. */
  readonly fusedBefore?: readonly TrackedStep[];
}

/** Error and cause of a failed state or execution. */
export interface Failure {
  readonly error: string;
  readonly cause?: string;
}

/** How often a step ran, and the milliseconds of all its runs together, retries and their delays included. */
export interface StepTimes {
  readonly step: string;
  readonly runs: number;
  readonly ms: number;
}

/** How a visit to a step's state ended. */
export type VisitOutcome = Exclude<StepStatus, 'not_run' | 'running'>;

/** One visit to a step's state. A step of a flow that a Map or a loop runs is visited many times, also at once. */
export interface Visit {
  readonly record: StepRecord;
  /** Its execution: the flow's or a nested one. */
  readonly execution: string;
  readonly startMs: number;
  /** Whether others do the work: it is a step that runs a flow. */
  readonly isRunner: boolean;
  /** Calls so far; 1 for a state that calls nothing. */
  attempts: number;
  /** The failure of its last call, until another call succeeds. */
  failure: Failure | undefined;
  /** Whether its component skipped it. */
  skipped: boolean;
  /** Of a step that runs a flow: whether one of that flow was stopped, and so the step. */
  stopped?: true;
  /** When its last call failed. */
  failedMs?: number;
  /** The arguments of its last call, as its history has them. */
  parameters?: Json | undefined;
  /** Only for a fused chain. */
  fusedStepTimes?: FusedStepTimes;
}

const FUSED: PassName = 'fuse-chains';

/** A step with several visits has the status that comes last in this list. */
const SEVERITY: readonly StepStatus[] = ['not_run', 'skipped', 'succeeded', 'recovered', 'cancelled', 'failed'];

/** The state of a step during a run. */
export class StepRecord {
  readonly step: TrackedState;
  /** For a fused chain: the records of its steps, in order; this record is then that of their state. */
  readonly fusedSteps: readonly StepRecord[];
  readonly open = new Set<Visit>();
  readonly #endings = new Set<VisitOutcome>();
  /** Endings of an attempt of the step around it that was repeated: they hold unless the step runs again. */
  readonly #repeated = new Set<VisitOutcome>();
  #startMs: number | null = null;
  #endMs: number | null = null;
  #attempts = 0;
  #runs = 0;
  #ms = 0;
  /** The start of the first of the open visits. */
  #openSince = 0;

  constructor(step: TrackedState) {
    this.step = step;
    const { fusedBefore = [], ...last } = step;
    this.fusedSteps = (fusedBefore.length > 0 ? [...fusedBefore, last] : []).map((fused) => new StepRecord(fused));
  }

  /** The records of all steps that run in the state. */
  get members(): readonly StepRecord[] {
    return this.fusedSteps.length > 0 ? this.fusedSteps : [this];
  }

  /** From the start of its first visit to the latest end of a visit. */
  get span(): { readonly startMs: number; readonly endMs: number } {
    return { startMs: this.#startMs ?? 0, endMs: this.#endMs ?? 0 };
  }

  /** The start of the open visits, or of the latest ones. */
  get openSince(): number | null {
    return this.#startMs === null ? null : this.#openSince;
  }

  /** Begins a visit. */
  enter(atMs: number, attempts: number, execution = '', isRunner = false): Visit {
    if (this.open.size === 0) this.#openSince = atMs;
    this.#startMs = Math.min(this.#startMs ?? atMs, atMs);
    const common = { record: this, execution, startMs: atMs, isRunner };
    const visit: Visit = { ...common, attempts, failure: undefined, skipped: false };
    this.open.add(visit);
    return visit;
  }

  /** Ends a visit. */
  leave(visit: Visit, ending: VisitOutcome, atMs: number): void {
    this.open.delete(visit);
    this.#attempts = Math.max(this.#attempts, visit.attempts);
    this.#endMs = Math.max(this.#endMs ?? atMs, atMs);
    this.#runs += 1;
    // What an eval or an iterate takes, the steps of its flow take; the items of a map share its time.
    if (!visit.isRunner || flowRunnerAt(this.step.component) === 'map') this.#ms += atMs - visit.startMs;
    this.#add(ending);
  }

  /** Takes an ending for one that the next attempt of the step around it replaces. */
  repeat(ending: VisitOutcome): void {
    if (this.#endings.delete(ending)) this.#repeated.add(ending);
  }

  /** Has it failed as the flow that it runs did, or by a fault of its own. It starts with that flow if it has not been visited. */
  fail(atMs: number, inside: readonly StepRecord[]): void {
    const starts = inside.flatMap((record) => record.members).flatMap((member) => member.#startMs ?? []);
    this.#startMs ??= Math.min(atMs, ...starts);
    this.#endMs ??= atMs;
    this.#add('failed');
  }

  /** The times of all steps that run in the state. */
  times(): readonly StepTimes[] {
    return this.members.map((member) => ({ step: member.step.id, runs: member.#runs, ms: member.#ms }));
  }

  /** Marks it as skipped by its guard. */
  skip(): void {
    this.#add('skipped');
  }

  /**
   * The reports of all steps that run in the state; only the last step of a fused chain has a state of its own. `isOver`: whether
   * the run has ended; else steps with open visits are running, in a fused chain all of them.
   */
  reports(isOver = true): readonly StepReport[] {
    const isRunning = !isOver && this.open.size > 0;
    const attempts = Math.max(0, ...[...this.open].map((visit) => visit.attempts));
    const reports = this.members.map((member): StepReport => {
      const report = member.#report();
      if (!isRunning) return report;
      const startMs = report.startMs ?? this.openSince;
      return { ...report, status: 'running', startMs, endMs: null, attempts: Math.max(report.attempts, attempts) };
    });
    return reports.map((report, at) => (at < reports.length - 1 ? { ...report, absorbedBy: FUSED } : report));
  }

  #report(): StepReport {
    const { id, component } = this.step;
    const times = { startMs: this.#startMs, endMs: this.#endMs };
    return { id, component, status: this.#status, ...times, attempts: this.#attempts };
  }

  get #status(): StepStatus {
    const endings: readonly StepStatus[] = [...this.#endings, ...this.#repeated];
    return SEVERITY.findLast((status) => endings.includes(status)) ?? 'not_run';
  }

  #add(ending: VisitOutcome): void {
    this.#repeated.clear();
    this.#endings.add(ending);
  }
}
