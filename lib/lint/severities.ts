import type { Diagnostic, Reporter, Span } from '../diagnostics/diagnostics.ts';
import { nearest } from '../flow/text/nearest.ts';
import { describe, type Tree } from '../flow/text/tree.ts';
import type { Severity } from './rule.ts';

/** What is set for a rule. */
export type Level = Severity | 'off';

export const LEVELS: readonly Level[] = ['off', 'info', 'warning', 'error'];

/** What is set for rules, by their codes. */
export type Levels = ReadonlyMap<string, Level>;

export const isLevel = (text: unknown): text is Level => LEVELS.includes(text as Level);

/** Reads `lint: {CODE: LEVEL}` of a configuration; what is no rule or no level is reported. */
export function readLevels(config: Tree, codes: readonly string[], reporter: Reporter): Levels {
  const section = config.kind === 'map' ? config.entries.get('lint')?.value : undefined;
  if (!section || (section.kind === 'scalar' && section.value === null)) return new Map();
  if (section.kind !== 'map') {
    reportWrong('"lint" of the configuration', section, 'a map from rules to off, info, warning or error', reporter);
    return new Map();
  }
  return new Map(
    [...section.entries].flatMap(([code, { key, value }]): [string, Level][] => {
      if (!codes.includes(code)) {
        const known = { key: code, where: '"lint" of the configuration', known: codes, nearest: nearest(code, codes) };
        reporter.report('unknown-key', known, key);
        return [];
      }
      // YAML reads a bare `off` as a text, YAML 1.1 as false.
      const level = value.kind === 'scalar' ? (value.value === false ? 'off' : value.value) : undefined;
      if (isLevel(level)) return [[code, level]];
      reportWrong(`the level of "${code}"`, value, 'off, info, warning or error', reporter);
      return [];
    }),
  );
}

const reportWrong = (what: string, tree: Tree, wanted: string, reporter: Reporter): void =>
  reporter.report('wrong-type', { what, found: describe(tree), wanted }, tree.span);

/** A diagnostic about the comments that silence rules. */
export const suppressionFault = (message: string, help: string, file: string, span: Span): Diagnostic => ({
  code: 'suppression',
  severity: 'warning',
  message,
  help,
  file,
  ...span,
});
