import type { StepReport } from '../../run/report/events.ts';
import type { Colors } from '../terminal.ts';
import { duration } from './duration.ts';

/** How to draw a timeline. */
export interface TimelineOptions {
  /** Characters a line may take. */
  readonly width: number;
  readonly colors: Colors;
  /** How long the whole run took, in milliseconds. */
  readonly durationMs: number;
  /**
   * The milliseconds of all steps together, each item and each round for itself.
   * @default those of the bars, for steps that run no others
   */
  readonly workMs?: number;
  /** The ids of the steps that its length comes from. */
  readonly criticalPath: readonly string[];
}

interface Ran extends StepReport {
  readonly startMs: number;
  readonly endMs: number;
}

/** A step that is running is drawn up to now. */
const asDrawn = (step: StepReport, nowMs: number): readonly Ran[] => {
  const { startMs, endMs = null } = step;
  const end = endMs ?? (step.status === 'running' ? nowMs : null);
  return startMs === null || end === null ? [] : [{ ...step, startMs, endMs: Math.max(startMs, end) }];
};

/**
 * The steps of a run as bars on one time axis, a line a step in the order of their start. The bars of the critical
 * chain, the steps that the run's length comes from, are solid. A step that is part of others takes no time: it has a dot.
 */
export function timeline(steps: readonly StepReport[], options: TimelineOptions): readonly string[] {
  const drawn = steps.flatMap((step) => asDrawn(step, options.durationMs));
  const ran = drawn.sort((one, other) => one.startMs - other.startMs);
  if (ran.length === 0) return [];
  const chain = new Set(options.criticalPath);
  const layout = layOut(ran, options);
  const rows = ran.map((step) => row(step, chain.has(step.id), layout, options));
  return [...rows, axis(layout, options), ...summary(ran, options)];
}

interface Layout {
  readonly name: number;
  readonly bar: number;
  readonly totalMs: number;
}

function layOut(ran: readonly Ran[], { width, durationMs }: TimelineOptions): Layout {
  const longest = Math.max(...ran.map(({ id }) => id.length));
  const name = Math.min(longest, Math.floor(width / 3));
  const time = Math.max(...ran.map((step) => noteOf(step).length));
  const totalMs = Math.max(durationMs, 1, ...ran.map(({ endMs }) => endMs));
  return { name, bar: Math.max(10, width - name - time - 8), totalMs };
}

/** What stands behind a step's bar: how long it took, or the pass that made it part of others. */
const noteOf = ({ startMs, endMs, absorbedBy }: Ran): string =>
  absorbedBy === undefined || endMs > startMs ? duration(endMs - startMs) : absorbedBy;

const isDot = ({ startMs, endMs, absorbedBy }: Ran): boolean => absorbedBy !== undefined && endMs === startMs;

const MARKS: { readonly [status: string]: readonly [string, keyof Colors] } = {
  succeeded: ['✔', 'green'],
  failed: ['✖', 'red'],
  recovered: ['↻', 'yellow'],
  skipped: ['↷', 'dim'],
  cancelled: ['◌', 'dim'],
  running: ['…', 'cyan'],
};

function row(step: Ran, critical: boolean, { name, bar, totalMs }: Layout, { colors }: TimelineOptions): string {
  const [mark, color] = MARKS[step.status] ?? ['·', 'dim'];
  const paint = painter(colors, color);
  const from = Math.min(bar - 1, Math.floor((step.startMs / totalMs) * bar));
  if (isDot(step)) {
    const dot = `${' '.repeat(from)}·${' '.repeat(bar - from - 1)}`;
    return `  ${paint(mark)} ${colors.dim(`${shorten(step.id, name).padEnd(name)}  ${dot} ${noteOf(step)}`)}`;
  }
  const to = Math.min(bar, Math.max(from + 1, Math.round((step.endMs / totalMs) * bar)));
  const drawn = (critical ? '█' : '▒').repeat(to - from);
  const space = `${' '.repeat(from)}${paint(drawn)}${' '.repeat(bar - to)}`;
  return `  ${paint(mark)} ${shorten(step.id, name).padEnd(name)}  ${space} ${colors.dim(noteOf(step))}`;
}

/** The painter of that name. */
const painter = (colors: Colors, name: keyof Colors): ((text: string) => string) => {
  const paint = colors[name];
  return typeof paint === 'function' ? paint : String;
};

const shorten = (text: string, width: number): string => (text.length > width ? `${text.slice(0, width - 1)}…` : text);

function axis({ name, bar, totalMs }: Layout, { colors }: TimelineOptions): string {
  const end = duration(totalMs);
  return `${' '.repeat(name + 6)}${colors.dim(`0${' '.repeat(Math.max(1, bar - end.length - 1))}${end}`)}`;
}

function summary(
  ran: readonly Ran[],
  { durationMs, workMs, colors, criticalPath }: TimelineOptions,
): readonly string[] {
  const work = workMs ?? ran.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
  const gain = durationMs > 0 ? work / durationMs : 1;
  const parallel = gain > 1.05 ? `, ${gain.toFixed(1)}× as fast as one after the other` : '';
  return [
    `  ${duration(work)} of work in ${duration(durationMs)}${parallel}`,
    ...(criticalPath.length > 0 ? [`  ${colors.dim(`█ critical path: ${criticalPath.join(' → ')}`)}`] : []),
  ];
}
