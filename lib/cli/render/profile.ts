import type { Profile, ProfileSource, Timing } from '../../compiler/plan/durations.ts';
import { count } from '../report.ts';
import { colorsFor, type Terminal } from '../terminal.ts';
import { duration } from './duration.ts';
import { sourceLines } from './measured-source.ts';

const MAX_LINES = 20;

/** What was measured this time: `calls` of a step, and `runs` in all, such as `4 runs`. */
export interface ShownMeasurement {
  readonly out: string;
  readonly runs: string;
  readonly calls: (step: string) => number;
  /** Of deployed executions, how they were measured. */
  readonly source?: ProfileSource;
}

/** Shows the slowest steps of a profile with their medians and quartiles. */
export function showProfile({ steps = {} }: Profile, shown: ShownMeasurement, terminal: Terminal): void {
  const { out, runs, calls, source } = shown;
  const { stdout, env } = terminal;
  const colors = colorsFor(stdout, env);
  const slowest = Object.entries(steps).sort(([, a], [, b]) => b.seconds - a.seconds);
  const width = Math.max(0, ...slowest.slice(0, MAX_LINES).map(([id]) => id.length));
  for (const [id, timing] of slowest.slice(0, MAX_LINES)) {
    const measured = calls(id) > 0 ? `${count(calls(id), 'call')}${spread(timing)}` : 'not run this time';
    stdout.write(`  ${id.padEnd(width)}  ${duration(timing.seconds * 1000).padStart(11)}  ${colors.dim(measured)}\n`);
  }
  if (slowest.length > MAX_LINES) stdout.write(`  ${colors.dim(`and ${slowest.length - MAX_LINES} faster steps`)}\n`);
  for (const line of source ? sourceLines(source) : []) stdout.write(`  ${colors.dim(line)}\n`);
  stdout.write(`${colors.green('✔')} ${out}: ${count(slowest.length, 'step')}, the medians of ${runs}\n`);
}

/** Half of the calls took between these. */
function spread({ p25Seconds, p75Seconds }: Timing): string {
  if (p25Seconds === undefined || p75Seconds === undefined) return '';
  const [from, to] = [duration(p25Seconds * 1000), duration(p75Seconds * 1000)];
  return from === to ? '' : `, half of them within ${from} to ${to}`;
}
