import type { FlowRun } from '../../run/run-flow.ts';
import type { Colors } from '../terminal.ts';
import { table } from './columns.ts';
import { duration } from './duration.ts';

type RunMetrics = NonNullable<FlowRun['execution']>['metrics'];
type StepMetrics = RunMetrics['steps'][number];

/** What was measured of a run, as one line; none where nothing took time. */
export function metricsLine(metrics: RunMetrics, colors: Colors): readonly string[] {
  const { parallelEfficiency, widest, criticalPathRatio, blobs, memory, coldStarts, startupMs } = metrics;
  if (parallelEfficiency === null) return [];
  const parts = [
    `efficiency ${Math.round(parallelEfficiency * 100)} % of ${widest} at once`,
    ...(criticalPathRatio === null ? [] : [`${criticalPathRatio.toFixed(2)} × the critical path`]),
    ...(blobs.operations > 0 ? [`blobs ${blobsText(metrics)}`] : []),
    ...(memory ? [`${memory.usedMb} of ${memory.ofMb} MB`] : []),
    ...(coldStarts > 0 ? [`start-up ${duration(startupMs)}`] : []),
  ];
  return [`  ${colors.dim(parts.join(', '))}`];
}

const COLUMNS = ['step', 'runs', 'time', 'a run', 'memory', 'blobs', 'start-up'];

/** What was measured of each step that ran, a line each. */
export const metricsTable = ({ steps }: RunMetrics, colors: Colors): readonly string[] =>
  steps.length === 0 ? [] : table(COLUMNS, steps.map(row), colors);

const row = (step: StepMetrics): readonly string[] => [
  step.step,
  String(step.runs),
  duration(step.ms),
  duration(Math.round(step.ms / step.runs)),
  step.memory ? `${step.memory.usedMb} of ${step.memory.ofMb} MB` : '–',
  step.blobs.operations > 0 ? blobsText(step) : '–',
  step.coldStarts > 0 ? duration(step.startupMs) : '–',
];

/** How often, how much, and how much of it was there already. */
function blobsText({ blobs: { operations, bytes, hits } }: Pick<StepMetrics, 'blobs'>): string {
  const found = hits > 0 ? `, ${hits} there` : '';
  return `${operations}× ${bytesText(bytes)}${found}`;
}

const UNITS = ['B', 'KB', 'MB', 'GB'];

function bytesText(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${UNITS[power]}`;
}
