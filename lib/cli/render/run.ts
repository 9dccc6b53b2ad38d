import { fileURLToPath } from 'node:url';
import type { ReportedExecution } from '../../executions/executions.ts';
import { flowRunnerAt } from '../../flow/flow-runners.ts';
import type { StepName } from '../../run/report/events.ts';
import type { FlowResult } from '../../run/run-flow.ts';
import type { PricedFlowRun } from '../priced-run.ts';
import { count } from '../report.ts';
import { type Colors, colorsFor, type Terminal, widthOf } from '../terminal.ts';
import { duration } from './duration.ts';
import { metricsLine, metricsTable } from './metrics.ts';
import { timeline } from './timeline.ts';
import { usageTable } from './usage.ts';
import { usd } from './usd.ts';

/** A run to show: one on this machine, or a deployed execution. */
type ShownRun = Omit<PricedFlowRun, 'execution'> & { readonly execution?: ReportedExecution };

/**
 * Shows how a run went: its timeline, its outcome, its result; a failure on standard error. `allMetrics`: what was measured of
 * each step, too.
 */
export function showRun(
  { result, execution, diagnostics, costUsd }: ShownRun,
  terminal: Terminal,
  allMetrics = false,
): void {
  const { stdout, env } = terminal;
  const colors = colorsFor(stdout, env);
  if (execution) {
    const { durationMs, transitions } = execution;
    showTimeline(execution, terminal, allMetrics);
    if (result.outcome !== 'failed') {
      const cost = costUsd === undefined ? '' : `, about ${usd(costUsd)} on AWS`;
      const took = `${result.outcome} in ${duration(durationMs)}, ${count(transitions, 'transition')}`;
      stdout.write(`${colors.green('✔')} ${took}${cost}\n`);
    }
  }
  if (result.outcome === 'success') stdout.write(`${resultLines(result.result, colors)}\n`);
  // A refusal repeats its diagnostics, which have been shown.
  if (result.outcome === 'failed' && (execution || !diagnostics.some(({ severity }) => severity === 'error')))
    showFailure(result.error, execution?.steps ?? [], terminal);
}

/** Shows the steps of an execution on one time axis, as far as they have come; and what was measured. */
export function showTimeline(
  { steps, durationMs, criticalPath, metrics, components = [] }: ReportedExecution,
  { stdout, env }: Terminal,
  allMetrics = false,
): void {
  const colors = colorsFor(stdout, env);
  const options = { width: widthOf(stdout), colors, durationMs, criticalPath };
  const drawn = timeline(steps, { ...options, ...(metrics && { workMs: metrics.workMs }) });
  const measured = metrics
    ? [...metricsLine(metrics, colors), ...(allMetrics ? metricsTable(metrics, colors) : [])]
    : [];
  const needed = usageTable(components, colors);
  stdout.write(`\n${[...drawn, ...measured, ...needed].map((line) => `${line}\n`).join('')}\n`);
}

/** Shows on standard error how a flow failed. `steps`: those of the flow. */
export function showFailure(error: FlowFailure, steps: readonly StepName[], { stderr, env, cwd }: Terminal): void {
  stderr.write(`${failureLines(error, steps, colorsFor(stderr, env), cwd)}\n`);
}

const MAX_LINES = 40;

function resultLines(value: unknown, colors: Colors): string {
  const lines = JSON.stringify(value, null, 2).split('\n');
  const rest = lines.length - MAX_LINES;
  if (rest <= 0) return lines.join('\n');
  return [...lines.slice(0, MAX_LINES), colors.dim(`… ${rest} more lines; --json shows all`)].join('\n');
}

const MAX_FRAMES = 4;

function failureLines(
  { code, message, data, place }: FlowFailure,
  steps: readonly StepName[],
  colors: Colors,
  cwd: string,
): string {
  const head = `${colors.red(`✖ failed: ${code}`)}: ${message}`;
  const at = place ? [`  at ${place.file}:${place.line}:${place.column}`] : [];
  if (!data) return [head, ...at].join('\n');
  const attempt = data.attempt > 0 ? `, attempt ${data.attempt + 1}` : '';
  const frames = (data.stack ?? []).filter(isOfComponent).map((line) => colors.dim(line.replaceAll(`${cwd}/`, '')));
  return [
    head,
    `  in step ${data.step} (${data.component})${iterationsOf(data, steps)}${attempt}`,
    ...at,
    ...frames.slice(0, MAX_FRAMES),
  ].join('\n');
}

/** The item or round in which a step failed, of each step around it and of its own. */
function iterationsOf({ step, field = '', iteration = '' }: FailureData, steps: readonly StepName[]): string {
  const numbers = iteration.split('/').slice(1);
  const around = steps.filter(({ id }) => id === step || step.startsWith(`${id}.`));
  const named = around
    .sort((one, other) => one.id.length - other.id.length)
    .flatMap(({ id, component }) => {
      const runner = flowRunnerAt(component);
      return runner === 'map' || runner === 'iterate' ? [`${runner === 'map' ? 'item' : 'round'} # of ${id}`] : [];
    })
    .slice(0, numbers.length)
    .map((text, at) => text.replace('#', numbers[at] ?? ''));
  // A function that runs the flow knows of no inner step.
  const item = /^items\[(\d+)\]$/.exec(field)?.[1];
  const all = named.length === 0 && item !== undefined ? [`item ${item}`] : named;
  return all.map((text) => `, ${text}`).join('');
}

type FailureData = NonNullable<FlowFailure['data']>;

/** The error of a flow that failed. */
export type FlowFailure = Extract<FlowResult, { outcome: 'failed' }>['error'];

const OWN_SOURCES = fileURLToPath(new URL('../..', import.meta.url));

/** Whether a line of a stack is a component's own, not one of what runs it. */
const isOfComponent = (line: string): boolean =>
  /^\s+at /.test(line) && !line.includes('node:internal') && !line.includes(OWN_SOURCES);
