import type { LintDiagnostic, Rule } from '../../lint/index.ts';
import { count, type Sources, showDiagnostics, suggestNext } from '../report.ts';
import { colorsFor, type Terminal } from '../terminal.ts';
import { duration } from './duration.ts';

/** Shows findings with their code frames on standard error, each with what it costs. */
export const showFindings = (
  diagnostics: readonly LintDiagnostic[],
  rules: readonly Rule[],
  sources: Sources,
  terminal: Terminal,
): Promise<void> =>
  showDiagnostics(
    diagnostics.map((one) => ({
      ...one,
      message: `${one.message} (${one.code})`,
      help: [one.help, costText(one, rules), fixText(one)].filter(Boolean).join(' '),
    })),
    sources,
    terminal,
  );

function costText({ code, cost }: LintDiagnostic, rules: readonly Rule[]): string {
  const { seconds = 0, bytes = 0, usd = 0 } = cost ?? {};
  const parts = [
    ...(seconds === 0 ? [] : [`${duration(seconds * 1000)} of the critical path`]),
    ...(bytes === 0 ? [] : [`${Math.ceil(bytes / 1024)} KiB passed between steps`]),
    ...(usd === 0 ? [] : [`$${usd.toPrecision(2)} in 1,000 runs`]),
  ];
  const { saving = 'It costs' } = rules.find((rule) => rule.code === code) ?? {};
  return parts.length === 0 ? '' : `${saving} ${parts.join(', ')}.`;
}

const fixText = ({ fixable }: LintDiagnostic): string => (fixable ? '--fix does it.' : '');

/** Says that costs were not computed, and why. */
export function showLeftOut(leftOut: number, mostSteps: number, { stdout, env }: Terminal): void {
  if (leftOut === 0) return;
  const line = `the costs of ${count(leftOut, 'finding')} are not computed: for the costs of a flow, at most ${mostSteps.toLocaleString('en')} steps are simulated`;
  stdout.write(`${colorsFor(stdout, env).dim(line)}\n`);
}

/** What there is to sum up. */
export interface LintTally {
  readonly flows: number;
  readonly diagnostics: readonly LintDiagnostic[];
  readonly fixed: number;
  readonly failed: boolean;
}

/** One line that sums up, and what to call next. */
export function showLintTally({ flows, diagnostics, fixed, failed }: LintTally, terminal: Terminal): void {
  const colors = colorsFor(terminal.stdout, terminal.env);
  const of = (severity: LintDiagnostic['severity'], noun: string): readonly string[] => {
    const found = diagnostics.filter((one) => one.severity === severity).length;
    return found === 0 ? [] : [severity === 'info' ? `${found} for information` : count(found, noun)];
  };
  const all = [...of('error', 'error'), ...of('warning', 'warning'), ...of('info', '')];
  const sum = all.length === 0 ? 'nothing found' : all.join(', ');
  const mended = fixed === 0 ? '' : `; ${fixed} mended`;
  terminal.stdout.write(`${failed ? colors.red('✖') : colors.green('✔')} ${count(flows, 'flow')}: ${sum}${mended}\n`);
  const mendable = [...new Set(diagnostics.flatMap(({ file, fixable }) => (fixable ? [file] : [])))];
  if (mendable.length > 0) suggestNext(`lint --fix ${mendable.join(' ')}`, terminal);
}
