import { formatMessagesSync, type PartialMessage } from 'esbuild';
import type { Diagnostic } from './diagnostics.ts';

/** Looks up the text of a file by its name; undefined where it is not available. */
export type SourceOf = (file: string) => string | undefined;

/** Diagnostics as text for the terminal: severity, message, location, the underlined source line, and the help. */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  source: SourceOf,
  options: { readonly color: boolean },
): string {
  return diagnostics.flatMap((diagnostic) => renderOne(diagnostic, source, options.color)).join('');
}

function renderOne(diagnostic: Diagnostic, source: SourceOf, color: boolean): readonly string[] {
  const kind = diagnostic.severity === 'error' ? 'error' : 'warning';
  const { file, line, column } = diagnostic;
  // esbuild counts columns from 0, editors and everything else here from 1.
  return formatMessagesSync([toMessage(diagnostic, source)], { kind, color, terminalWidth: 100 }).map((text) =>
    named(text, diagnostic).replace(`${file}:${line}:${column - 1}:`, `${file}:${line}:${column}:`),
  );
}

/** esbuild knows errors and warnings only. */
const named = (text: string, { severity }: Diagnostic): string =>
  severity === 'info' ? text.replace('▲', 'ℹ').replace('WARNING', 'INFO') : text;

function toMessage(diagnostic: Diagnostic, source: SourceOf): PartialMessage {
  const { file, line, column, endLine, endColumn, code, message, help } = diagnostic;
  const lineText = source(file)?.split('\n')[line - 1] ?? '';
  // A span of several lines is underlined to the end of its first line.
  const end = endLine === line ? endColumn : lineText.length + 1;
  const length = Math.max(1, end - column);
  return {
    id: code,
    text: message,
    location: { file, line, column: column - 1, length, lineText },
    notes: [{ text: help }],
  };
}
