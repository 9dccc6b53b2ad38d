import { hasError } from '../../diagnostics/diagnostics.ts';
import { formatPath } from '../../protocol/describe.ts';
import type { CaseReport, FlowReport } from '../../testing/index.ts';
import { count } from '../report.ts';
import { type Colors, colorsFor, type Terminal } from '../terminal.ts';
import { duration } from './duration.ts';

/** Shows how the cases of a flow went; of those that failed, why. */
export function showFlowReport({ file, cases, diagnostics }: FlowReport, { stdout, env }: Terminal): void {
  const colors = colorsFor(stdout, env);
  // What a flow with errors says of its cases may not even be read.
  if (cases.length === 0 && hasError(diagnostics)) stdout.write(`${colors.red('✖')} ${file} has errors: see above\n`);
  else if (cases.length === 0) stdout.write(`${file} ${colors.dim('has no cases; add some under test: cases:')}\n`);
  const shown = cases.filter(({ status }) => status !== 'skipped');
  if (shown.length === 0) return;
  const refused = shown.filter(({ status }) => status === 'refused');
  const lines = shown.filter(({ status }) => status !== 'refused').flatMap((one) => caseLines(one, colors));
  const cannot = refused.length > 0 ? [`${colors.red('✖')} ${count(refused.length, 'case')} cannot run`] : [];
  stdout.write(`${[colors.bold(file), ...[...lines, ...cannot].map((line) => `  ${line}`)].join('\n')}\n`);
}

function caseLines({ name, status, ms, mismatches, diff = '' }: CaseReport, colors: Colors): readonly string[] {
  const time = colors.dim(duration(ms));
  if (status === 'passed') return [`${colors.green('✔')} ${name} ${time}`];
  if (status === 'updated')
    return [`${colors.yellow('↻')} ${name} ${time} ${colors.dim('now expects what was found')}`];
  const reasons = mismatches.map(({ at, problem }) => `${formatPath(at) || 'the output'} ${problem}`);
  return [
    `${colors.red('✖')} ${name} ${time}`,
    ...[...reasons, '', ...diffLines(diff, colors), ''].map((line) => line && `    ${line}`),
  ];
}

const MAX_LINES = 60;

function diffLines(diff: string, colors: Colors): readonly string[] {
  const all = diff.split('\n');
  const shown = all.slice(0, MAX_LINES).map((line) => {
    if (line.startsWith('-')) return colors.green(line);
    return line.startsWith('+') ? colors.red(line) : colors.dim(line);
  });
  const rest = all.length - shown.length;
  return rest > 0 ? [...shown, colors.dim(`… ${count(rest, 'more line')}; --json shows all`)] : shown;
}

const WORDS = {
  passed: 'passed',
  updated: 'updated',
  failed: 'failed',
  refused: 'cannot run',
  skipped: 'not selected',
} as const;

/** Shows how many cases went how. */
export function showTally(reports: readonly FlowReport[], { stdout, env }: Terminal): void {
  const colors = colorsFor(stdout, env);
  const cases = reports.flatMap((report) => report.cases);
  const numbers = Object.entries(WORDS).flatMap(([status, word]) => {
    const number = cases.filter((one) => one.status === status).length;
    return number > 0 ? [`${number} ${word}`] : [];
  });
  const broken = reports.filter(({ diagnostics }) => hasError(diagnostics));
  const bad = broken.length > 0 || cases.some(({ status }) => status === 'failed' || status === 'refused');
  const unread = broken.filter((report) => report.cases.length === 0).length;
  if (unread > 0) numbers.push(`${count(unread, 'flow')} with errors`);
  stdout.write(
    `${bad ? colors.red('✖') : colors.green('✔')} ${[count(cases.length, 'case'), numbers.join(', ')].filter(Boolean).join(': ')}\n`,
  );
}

/** Says which failed cases an update cannot mend. */
export function showLimitsKept(reports: readonly FlowReport[], { stdout, env }: Terminal): void {
  const cases = reports.flatMap((report) => report.cases).filter(isOverLimit);
  if (cases.length === 0) return;
  const line = `--update leaves the limits of performance_metrics as they are, since one measurement is no limit: ${count(cases.length, 'case')} went beyond them; change them by hand if they are too narrow`;
  stdout.write(`${colorsFor(stdout, env).dim(line)}\n`);
}

const isOverLimit = ({ status, mismatches }: CaseReport): boolean =>
  status === 'failed' && mismatches.some(({ at: [first] }) => first === 'performance_metrics');
