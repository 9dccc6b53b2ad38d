import { readCause, stepOfFault } from '../../protocol/cause.ts';
import { CODES_OF_ERRORS } from '../../protocol/failure-codes.ts';
import { QUOTAS } from '../../protocol/quotas.ts';
import { locateFailure } from '../../run/report/failure-location.ts';
import type { ConcurrencyFigures, LimitedFigures, Simulated, Simulation } from '../../simulate/index.ts';
import { EXIT } from '../errors.ts';
import { count, writeJson } from '../report.ts';
import { type Colors, colorsFor, type Terminal, widthOf } from '../terminal.ts';
import { duration } from './duration.ts';
import { timeline } from './timeline.ts';
import { usd } from './usd.ts';

/** Shows a simulation: its timeline, and a table of times, counts, cost, and whether Standard and Express fit. */
export function showSimulation(simulation: Simulation, { stdout, env }: Terminal): void {
  const colors = colorsFor(stdout, env);
  const { name, runs, steps } = simulation;
  const means = runs === 1 ? '' : `, the means of ${count(runs, 'run')}`;
  stdout.write(`${colors.bold(name)} ${colors.dim(`${count(steps, 'step')}${means}`)}\n\n`);
  const drawn = timelineLines(simulation, colors, widthOf(stdout));
  if (drawn.length > 0) stdout.write(`${drawn.join('\n')}\n\n`);
  for (const row of [...timeRows(simulation), ...countRows(simulation), ...costRows(simulation)]) {
    stdout.write(`${rowLine(row, colors)}\n`);
  }
  stdout.write(`\n${typeLines(simulation, colors).join('\n')}\n`);
  if (simulation.concurrency) stdout.write(`\n${concurrencyLines(simulation.concurrency, colors).join('\n')}\n`);
  const idle = idleLine(simulation);
  if (idle !== '') stdout.write(`\n  ${colors.dim(idle)}\n`);
}

/** Says that a simulated run failed, and what may help. Answers the exit code. */
export function showFailedRun(
  failure: Simulated['failure'],
  compiled: Simulated['compiled'],
  { json, terminal }: { readonly json: boolean; readonly terminal: Terminal },
): number {
  const { stderr, env } = terminal;
  const colors = colorsFor(stderr, env);
  const { error, cause } = failure ?? { error: 'UNSPECIFIED', cause: 'there is no state machine' };
  const code = CODES_OF_ERRORS[error] ?? error;
  const { message } = readCause(cause);
  const step = stepOfFault(cause);
  const data = step !== undefined && { step, component: '', attempt: 0 };
  const result = locateFailure({ outcome: 'failed', error: { code, message, ...(data && { data }) } }, compiled);
  const place = result.outcome === 'failed' ? result.error.place : undefined;
  const why = message === '' ? code : `${code}: ${message}`;
  if (json) writeJson({ ok: false, error: { code, message: message || code } }, terminal);
  stderr.write(`${colors.red('✖ the simulated run failed')}: ${why}\n`);
  if (data) stderr.write(`  in step ${data.step}\n`);
  if (data && place) stderr.write(`  at ${place.file}:${place.line}:${place.column}\n`);
  // A step that takes too long does so with any input.
  if (code === 'TIMEOUT') return EXIT.failed;
  stderr.write(
    `  ${colors.cyan('help')}: give the input of a successful run with --input, and its variables with --var\n`,
  );
  return EXIT.failed;
}

/** What to call next: measure, then simulate with what was measured, then with noise. */
export function nextCommand(
  file: string,
  { profile, noise }: { readonly profile: string | undefined; readonly noise: string | undefined },
): string {
  if (profile === undefined) return `profile ${file} --local`;
  return noise === undefined
    ? `simulate ${file} --profile ${profile} --noise 0.5`
    : `compile ${file} --profile ${profile}`;
}

type Row = readonly [what: string, value: string, remark: string];

const LABEL_WIDTH = 17;
const VALUE_WIDTH = 14;

const rowLine = ([what, value, remark]: Row, colors: Colors): string =>
  `  ${what.padEnd(LABEL_WIDTH)}${value.padEnd(VALUE_WIDTH)}${colors.dim(remark)}`.trimEnd();

const seconds = (value: number): string => duration(value * 1000);

function timeRows({
  makespanSeconds,
  criticalPathSeconds,
  levelSeconds,
  ratio,
  levelRatio,
}: Simulation): readonly Row[] {
  // Of nothing there are no multiples.
  const times = (multiple: number): string =>
    criticalPathSeconds > 0 ? `${multiple.toFixed(3)} × the critical path` : 'no step takes time';
  return [
    ['makespan', seconds(makespanSeconds), times(ratio)],
    ['critical path', seconds(criticalPathSeconds), ''],
    ['level by level', seconds(levelSeconds), times(levelRatio)],
  ];
}

function countRows({ steps, transitions, historyEvents, definitionBytes, machines }: Simulation): readonly Row[] {
  return [
    ['transitions', whole(transitions), steps > 0 ? `${(transitions / steps).toFixed(2)} a step` : ''],
    ['history events', whole(historyEvents), `of ${whole(QUOTAS.events)}`],
    [
      'definition',
      kilobytes(definitionBytes),
      machines > 1 ? `in ${machines} state machines` : `of ${whole(QUOTAS.definition / 1024)} KB`,
    ],
  ];
}

const whole = (value: number): string => Math.round(value).toLocaleString('en');

const kilobytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KB`;

function costRows({ costUsd, cost, type }: Simulation): readonly Row[] {
  const { functions, s3 } = cost;
  const own = type === 'EXPRESS' ? cost.express.usd : cost.standard.usd;
  return [['cost', usd(costUsd), `Step Functions ${usd(own)}, functions ${usd(functions.usd)}, S3 ${usd(s3.usd)}`]];
}

function typeLines({ cost, type }: Simulation, colors: Colors): readonly string[] {
  const rest = cost.functions.usd + cost.s3.usd;
  return (['STANDARD', 'EXPRESS'] as const).flatMap((one) => {
    const { usd: own, fits, obstacles } = one === 'STANDARD' ? cost.standard : cost.express;
    const name = one === 'STANDARD' ? 'as Standard' : 'as Express';
    const remarks = [...(cost.cheaper === one ? ['cheaper'] : []), ...(type === one ? ["the flow's own type"] : [])];
    const verdict = fits ? colors.green('✔ fits') : colors.red('✖ does not fit');
    const line = `  ${name.padEnd(LABEL_WIDTH)}${usd(own + rest).padEnd(VALUE_WIDTH)}${verdict}`;
    const remark = remarks.length > 0 ? `  ${colors.dim(remarks.join(', '))}` : '';
    return [line + remark, ...obstacles.map((obstacle) => `  ${''.padEnd(LABEL_WIDTH)}${colors.dim(obstacle)}`)];
  });
}

/** A table of what a limit of concurrent calls does with the bounds of the Maps, and without. */
function concurrencyLines({ limit, bounded, unbounded }: ConcurrencyFigures, colors: Colors): readonly string[] {
  const row = (what: string, pick: (figures: LimitedFigures) => string): string =>
    `  ${what.padEnd(LABEL_WIDTH)}${pick(bounded).padEnd(VALUE_WIDTH)}${pick(unbounded)}`;
  const lost = (value: number): string => (value === 0 ? '0' : colors.red(whole(value)));
  const ends = [bounded, unbounded].some(({ status }) => status !== 'SUCCEEDED');
  return [
    `  In an account that allows ${count(limit, 'call')} at once:`,
    '',
    `  ${''.padEnd(LABEL_WIDTH)}${colors.dim('as compiled'.padEnd(VALUE_WIDTH))}${colors.dim('without bounds')}`,
    ...(ends ? [row('ends', ({ status, error }) => error ?? status.toLowerCase())] : []),
    row('makespan', ({ makespanSeconds }) => seconds(makespanSeconds)),
    row('most calls', ({ callsAtOnce }) => whole(callsAtOnce)),
    row('throttled calls', ({ throttledCalls }) => whole(throttledCalls)),
    row('lost calls', ({ lostCalls }) => lost(lostCalls)),
    row('lost items', ({ lostItems }) => lost(lostItems)),
    row('transitions', ({ transitions }) => whole(transitions)),
    row('cost', ({ costUsd }) => usd(costUsd)),
  ];
}

const MAX_NAMES = 5;

/** The steps that a timeline may have; of a larger flow it has those of the critical path, and of a larger path none. */
const MAX_BARS = 50;

/** The first run on its time axis. */
function timelineLines(
  { timeline: steps, workMs, criticalSteps, makespanSeconds, runs }: Simulation,
  colors: Colors,
  width: number,
): readonly string[] {
  const critical = new Set(criticalSteps);
  const shown = steps.length > MAX_BARS ? steps.filter(({ id }) => critical.has(id)) : steps;
  if (shown.length > MAX_BARS) return [`  ${colors.dim(criticalLine(criticalSteps))}`];
  const lastMs = Math.max(0, ...steps.map(({ endMs }) => endMs ?? 0));
  const durationMs = runs === 1 ? makespanSeconds * 1000 : lastMs;
  return timeline(shown, { width, colors, durationMs, workMs, criticalPath: criticalSteps });
}

/** To make the flow faster, make one of these faster. */
function criticalLine(steps: readonly string[]): string {
  const rest = steps.length - MAX_NAMES;
  const named = rest > 1 ? [...steps.slice(0, 3), `${rest + 1} more`, steps.at(-1)] : steps;
  return `critical path: ${named.join(' → ')}`;
}

function idleLine({ idle }: Simulation): string {
  const named = idle.slice(0, MAX_NAMES).join(', ');
  const rest = idle.length - MAX_NAMES;
  return idle.length > 0 ? `did not run: ${named}${rest > 0 ? ` and ${rest} more` : ''}` : '';
}
