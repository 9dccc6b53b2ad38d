import type { StepReport } from './events.ts';
import type { TrackedStep } from './step-record.ts';

/**
 * The reports of the steps that a flow has, without those that the compiler added. One of these that failed did work of the step
 * that it was added for, which has failed with it.
 */
export function writtenSteps(
  reports: readonly StepReport[],
  steps: readonly Pick<TrackedStep, 'id' | 'added' | 'addedFor'>[],
): readonly StepReport[] {
  const added = new Map(steps.flatMap((step) => (step.added ? [[step.id, step.addedFor]] : [])));
  if (added.size === 0) return reports;
  const failed = new Map(
    reports.flatMap((report) => {
      const reader = report.status === 'failed' ? added.get(report.id) : undefined;
      return reader === undefined ? [] : [[reader, report]];
    }),
  );
  return reports
    .filter(({ id }) => !added.has(id))
    .map((report) => {
      const work = report.status === 'not_run' ? failed.get(report.id) : undefined;
      return work ? { ...report, status: 'failed', startMs: work.startMs, endMs: work.endMs } : report;
    });
}
