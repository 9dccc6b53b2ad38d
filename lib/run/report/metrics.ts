import type { BlobUse } from '../../protocol/metrics.ts';
import type { CallTotal, CallTotals } from './call-totals.ts';
import type { CalledFunction } from './called-functions.ts';
import type { StepReport } from './events.ts';
import type { RunWork } from './track.ts';

/** Memory in MB of 2^20 bytes: the peak of a component's process, and how much it may have. */
export interface MemoryUse {
  readonly usedMb: number;
  readonly ofMb: number;
}

/** What was measured of a step. */
export interface StepMetrics extends CallTotal {
  readonly step: string;
  readonly component: string;
  /** The hash of its function's bundle. Absent of a mock, of what needs no function, and of what a resumed run need not call. */
  readonly version?: string;
  /** How often it ran: once for each item or round of what it is in. */
  readonly runs: number;
  /** Milliseconds of all its runs together. */
  readonly ms: number;
  /** Known of components in sandboxes. */
  readonly memory?: MemoryUse;
}

/** What was measured of a run. A ratio is null where nothing took time. */
export interface RunMetrics {
  /** The flow's name. */
  readonly flow: string;
  /** Milliseconds from the start to the end. */
  readonly makespanMs: number;
  /** Milliseconds of all steps together. */
  readonly workMs: number;
  /** The most steps, items and rounds that ran at once. */
  readonly widest: number;
  /** How much of `widest` was at work on average, 0 to 1: work ÷ (makespan × widest). */
  readonly parallelEfficiency: number | null;
  /** Work ÷ makespan: how much longer the steps would have taken one after another. */
  readonly speedUp: number | null;
  /** Milliseconds of the critical path through the flow's graph; null for a run that was resumed, and for a deployed execution, which have no graph. */
  readonly criticalPathMs: number | null;
  /** Makespan ÷ critical path: 1 is the least that any arrangement takes. */
  readonly criticalPathRatio: number | null;
  /** Of the component that used most. Known of components in sandboxes. */
  readonly memory?: MemoryUse;
  readonly blobs: BlobUse;
  readonly coldStarts: number;
  /** The longest start-up of a component, in milliseconds; 0 if all were warm. */
  readonly startupMs: number;
  /** Of the steps that ran, in the order of the report. */
  readonly steps: readonly StepMetrics[];
}

/** What is recorded of a run. */
export interface RecordedRun {
  readonly flow: string;
  readonly makespanMs: number;
  readonly steps: readonly StepReport[];
  readonly work: RunWork;
  readonly calls: Pick<CallTotals, 'of' | 'sum'>;
  /** Milliseconds of the critical path through the flow's graph; null where there is no graph. */
  readonly criticalPathMs: number | null;
  /** The function of a step, as far as one was called. */
  readonly functionOf: (step: StepReport) => CalledFunction | undefined;
}

/** What a run took, from what is recorded of it. */
export function metricsOf(run: RecordedRun): RunMetrics {
  const { flow, makespanMs, work, criticalPathMs } = run;
  const { ms: workMs, widest } = work;
  const steps = stepMetrics(run);
  const memory = steps.flatMap((step) => step.memory ?? []).sort((one, other) => other.usedMb - one.usedMb)[0];
  return {
    ...{ flow, makespanMs, workMs, widest },
    parallelEfficiency: ratio(workMs, makespanMs * widest),
    speedUp: ratio(workMs, makespanMs),
    criticalPathMs,
    criticalPathRatio: ratio(makespanMs, criticalPathMs ?? 0),
    ...(memory && { memory }),
    ...run.calls.sum(),
    steps,
  };
}

const ratio = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);

function stepMetrics({ steps, work, calls, functionOf }: RecordedRun): readonly StepMetrics[] {
  const times = new Map(work.steps.map((one) => [one.step, one]));
  return steps.flatMap((report) => {
    const { runs = 0, ms = 0 } = times.get(report.id) ?? {};
    if (runs === 0) return [];
    const called = functionOf(report);
    const { id: step, component, memoryBytes } = report;
    const usedMb = memoryBytes === undefined ? undefined : Math.round(memoryBytes / 2 ** 20);
    return {
      ...{ step, component, runs, ms },
      ...(called && { version: called.hash }),
      ...(called && usedMb !== undefined && { memory: { usedMb, ofMb: called.memoryMb } }),
      ...calls.of(step),
    };
  });
}
