import type { Span } from '../diagnostics/diagnostics.ts';

/** A comment that silences a rule at the next line that is no comment. */
export interface Suppression {
  readonly code: string;
  readonly why: string;
  /** The line that it is for. */
  readonly line: number;
  /** Where its code stands; without one, the comment. */
  readonly span: Span;
}

const COMMENT = /^(\s*#\s*lint-disable-next-line)(?:(\s+)(\S+))?(.*)$/;

/** The suppressions in the text of a flow. */
export function suppressionsIn(text: string): readonly Suppression[] {
  const lines = text.split(/\r?\n/);
  return lines.flatMap((line, index) => {
    const [, start, space = '', code = '', why = ''] = COMMENT.exec(line) ?? [];
    if (start === undefined) return [];
    const column = start.length + space.length + 1;
    const end = Math.max(column + code.length, column + 1);
    const span = { line: index + 1, column, endLine: index + 1, endColumn: end };
    return [{ code, why: why.trim(), line: nextLine(lines, index + 1), span }];
  });
}

/** The number of the first line from `index` that is neither empty nor a comment. */
function nextLine(lines: readonly string[], index: number): number {
  const found = lines.findIndex((line, at) => at >= index && !/^\s*(?:#|$)/.test(line));
  return found < 0 ? 0 : found + 1;
}
