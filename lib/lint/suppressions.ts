import { type Scalar, visit } from 'yaml';
import type { Span } from '../diagnostics/diagnostics.ts';
import { composeDocument } from '../flow/text/compose-document.ts';

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
  if (!text.includes('lint-disable-next-line')) return [];
  const lines = text.split(/\r?\n/);
  const within = linesWithinTexts(text);
  return lines.flatMap((line, index) => {
    const [, start, space = '', code = '', why = ''] = COMMENT.exec(line) ?? [];
    if (start === undefined || within.has(index + 1)) return [];
    const column = start.length + space.length + 1;
    const end = Math.max(column + code.length, column + 1);
    const span = { line: index + 1, column, endLine: index + 1, endColumn: end };
    return [{ code, why: why.trim(), line: nextLine(lines, index + 1), span }];
  });
}

/** The numbers of the lines that a text of several lines goes on in: what is there is no comment. */
function linesWithinTexts(text: string): ReadonlySet<number> {
  const composed = composeDocument(text);
  const found = new Set<number>();
  const add = ({ range }: Scalar): void => {
    const [from, to] = range ?? [0, 0];
    const last = composed.lines.linePos(Math.max(from, to - 1)).line;
    for (let line = composed.lines.linePos(from).line + 1; line <= last; line += 1) found.add(line);
  };
  if ('document' in composed) visit(composed.document, { Scalar: (_, scalar) => add(scalar) });
  return found;
}

/** The number of the first line from `index` that is neither empty nor a comment. */
function nextLine(lines: readonly string[], index: number): number {
  const found = lines.findIndex((line, at) => at >= index && !/^\s*(?:#|$)/.test(line));
  return found < 0 ? 0 : found + 1;
}
