import { expect } from 'vitest';
import { compile } from '../../lib/compiler/compile.ts';
import type { Diagnostic } from '../../lib/diagnostics/diagnostics.ts';

const ofCompiler = (source: string): readonly Diagnostic[] => compile(source, { file: 'flow.yaml' }).diagnostics;

/**
 * Compiles a flow in which a line of `~~~ code` stands under each span that a diagnostic is to underline, and expects
 * just these diagnostics. Returns their messages and helps. `diagnose` finds the diagnostics in place of the compiler.
 */
export function expectDiagnostics(annotated: string, diagnose = ofCompiler): readonly string[] {
  const { source, wanted } = takeApart(annotated);
  const diagnostics = diagnose(source);
  const found = diagnostics.map(({ code, line, column, endLine, endColumn }) => ({
    code,
    line,
    column,
    ...(endLine === line && { length: endColumn - column }),
  }));
  expect(found).toEqual(wanted.map((mark) => expect.objectContaining(mark)));
  return diagnostics.map(({ message, help }) => `${message} | ${help}`);
}

function takeApart(annotated: string): { source: string; wanted: readonly object[] } {
  const lines: string[] = [];
  const wanted: object[] = [];
  for (const text of annotated.replace(/^\n/, '').split('\n')) {
    const mark = /^(\s*)(~+) ([\w-]+)$/.exec(text);
    if (!mark) lines.push(text);
    else
      wanted.push({ code: mark[3], line: lines.length, column: (mark[1] ?? '').length + 1, length: mark[2]?.length });
  }
  return { source: lines.join('\n'), wanted };
}
