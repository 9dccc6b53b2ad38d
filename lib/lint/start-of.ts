import type { Span } from '../diagnostics/diagnostics.ts';

/** The place of what is about a whole flow: the first line that says something. */
export function startOf(text: string): Span {
  const lines = text.split(/\r?\n/);
  const index = Math.max(
    0,
    lines.findIndex((line) => !/^\s*(?:#|---|$)/.test(line)),
  );
  const line = lines[index] ?? '';
  const column = line.length - line.trimStart().length + 1;
  const end = /^[^:]*/.exec(line)?.[0].length ?? 0;
  return { line: index + 1, column, endLine: index + 1, endColumn: Math.max(column + 1, end + 1) };
}
