import type { PassName } from '../../compiler/passes/passes.ts';
import type { FusedStepTimes } from '../../protocol/invocation.ts';
import type { StepName, StepReport, StepStatus } from './events.ts';

/** A step that runs in a state, alone or with others. */
export interface TrackedStep extends StepName {
  /** Whether the state machine itself can skip it; otherwise a guard that passes it over found it unwanted. */
  readonly maySkip: boolean;
}

/** A step that has states. */
export interface TrackedState extends TrackedStep {
  /** The steps that the same call does before it, in order. */
  readonly fusedBefore?: readonly TrackedStep[];
}

/** Error and cause of a failed state or execution. */
export interface Failure {
  readonly error: string;
  readonly cause?: string;
}

/** How a visit to a step's state ended. */
export type VisitOutcome = Exclude<StepStatus, 'not_run' | 'running'>;

/** One visit to a step's state. A step of a flow that a Map or a loop runs is visited many times, also at once. */
export interface Visit {
  readonly record: StepRecord;
  /** The execution that it is in, of the flow's or one that this started. */
  readonly execution: string;
  readonly startMs: number;
  /** Calls so far; a state that calls nothing counts as one. */
  attempts: number;
  /** How its last call failed, until another succeeds. */
  failure: Failure | undefined;
  /** Whether its component skipped it. */
  skipped: boolean;
  /** Of a chain, what became of its steps. */
  fusedStepTimes?: FusedStepTimes;
}

const FUSED: PassName = 'fuse-chains';

/** Of many visits the gravest ending is the step's. */
const SEVERITY: readonly StepStatus[] = ['not_run', 'skipped', 'succeeded', 'recovered', 'cancelled', 'failed'];

/** What is known of a step so far. */
export class StepRecord {
  readonly step: TrackedState;
  /** Of a chain, what is known of its steps, in order; this record is then that of their state. */
  readonly fusedSteps: readonly StepRecord[];
  readonly open = new Set<Visit>();
  #status: StepStatus = 'not_run';
  #startMs: number | null = null;
  #endMs: number | null = null;
  #attempts = 0;
  /** When the visits that are open now began: the first of them. */
  #openSince = 0;

  constructor(step: TrackedState) {
    this.step = step;
    const { fusedBefore: links = [], ...last } = step;
    this.fusedSteps = (links.length > 0 ? [...links, last] : []).map((link) => new StepRecord(link));
  }

  /** What is known of each step that the state is of. */
  get members(): readonly StepRecord[] {
    return this.fusedSteps.length > 0 ? this.fusedSteps : [this];
  }

  /** From the beginning of its first visit to the end of the last that has ended. */
  get span(): { readonly startMs: number; readonly endMs: number } {
    return { startMs: this.#startMs ?? 0, endMs: this.#endMs ?? 0 };
  }

  /** When the visits that are open now, or were last, began. */
  get openSince(): number | null {
    return this.#startMs === null ? null : this.#openSince;
  }

  /** Begins a visit. */
  enter(atMs: number, attempts: number, execution = ''): Visit {
    if (this.open.size === 0) this.#openSince = atMs;
    this.#startMs = Math.min(this.#startMs ?? atMs, atMs);
    const visit: Visit = { record: this, execution, startMs: atMs, attempts, failure: undefined, skipped: false };
    this.open.add(visit);
    return visit;
  }

  /** Ends a visit. */
  leave(visit: Visit, ending: VisitOutcome, atMs: number): void {
    this.open.delete(visit);
    this.#attempts += visit.attempts;
    this.#endMs = Math.max(this.#endMs ?? atMs, atMs);
    this.#ends(ending);
  }

  /** Passed over by its guard. */
  skip(): void {
    this.#ends('skipped');
  }

  /** Of each step that the state is of; all but the last of a chain have no state of their own. */
  reports(): readonly StepReport[] {
    const reports = this.members.map((member) => member.#report());
    return reports.map((report, at) => (at < reports.length - 1 ? { ...report, absorbedBy: FUSED } : report));
  }

  #report(): StepReport {
    const { id, component } = this.step;
    const times = { startMs: this.#startMs, endMs: this.#endMs };
    return { id, component, status: this.#status, ...times, attempts: this.#attempts };
  }

  #ends(ending: VisitOutcome): void {
    if (SEVERITY.indexOf(ending) > SEVERITY.indexOf(this.#status)) this.#status = ending;
  }
}
