import type { AbsorbedStep } from '../../compiler/passes/pass.ts';
import { readCause } from '../../protocol/cause.ts';
import { missingInputText } from '../../protocol/failure-place.ts';
import type { ErrorData, StepReport, StepStatus } from './events.ts';
import type { Failure } from './step-record.ts';

/** A step without a state, as far as reports of runs need it. */
export type ReportedAbsorbedStep = Omit<AbsorbedStep, 'componentSpan'>;

/** Where a run failed, if it failed in a step without a state; undefined otherwise. */
export function failedAbsorbed(failure: Failure, absorbed: readonly ReportedAbsorbedStep[]): ErrorData | undefined {
  const { message, place } = readCause(failure.cause);
  const step = absorbed.find(({ id, requires = [] }) =>
    place.fused === undefined ? requires.some((path) => message === missingInputText(id, path)) : id === place.fused,
  );
  return step && { step: step.id, component: step.component, attempt: 0 };
}

/**
 * The reports of all steps of a run, each after its sources. `reports` are those of the steps with states, alone or in a
 * fused chain; a step without a state ends with its sources, and with those that it comes after. `failed`: the id of the step in which the run failed.
 */
export function withAbsorbed(
  reports: readonly StepReport[],
  absorbed: readonly ReportedAbsorbedStep[],
  { failed, hasRun }: { readonly failed: string | undefined; readonly hasRun: boolean },
): readonly StepReport[] {
  const known = new Map(reports.map((report) => [report.id, report]));
  for (const step of absorbed) {
    if (known.has(step.id)) continue;
    const sources = step.sources.flatMap((id) => known.get(id) ?? []);
    const before = (step.after ?? []).flatMap((id) => known.get(id) ?? []);
    const mayStart = hasRun && before.every(({ status }) => ENDED.has(status));
    const status = step.id === failed ? 'failed' : statusOf(step, sources, mayStart);
    known.set(step.id, reportOf(step, [...sources, ...before], status));
  }
  return [...known.values()];
}

function reportOf(
  { id, component, by }: ReportedAbsorbedStep,
  sources: readonly StepReport[],
  status: StepStatus,
): StepReport {
  const ran = status === 'succeeded' || status === 'recovered' || status === 'failed';
  const atMs = ran ? Math.max(0, ...sources.map(({ endMs }) => endMs ?? 0)) : null;
  return { id, component, status, startMs: atMs, endMs: atMs, attempts: 0, absorbedBy: by };
}

const ENDED: ReadonlySet<StepStatus> = new Set<StepStatus>(['succeeded', 'recovered', 'skipped']);

const WITH_RESULT: ReadonlySet<StepStatus> = new Set<StepStatus>(['succeeded', 'recovered']);

function statusOf(
  { same, skipped, never }: ReportedAbsorbedStep,
  sources: readonly StepReport[],
  hasRun: boolean,
): StepStatus {
  const [first] = sources;
  if (never || !hasRun) return 'not_run';
  if (skipped) return 'skipped';
  if (same && first) return first.status;
  if (sources.every(({ status }) => WITH_RESULT.has(status))) return 'succeeded';
  return sources.some(({ status }) => status === 'skipped') ? 'skipped' : 'not_run';
}
