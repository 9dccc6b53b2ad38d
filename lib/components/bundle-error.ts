import { relative } from 'node:path';
import type { BuildFailure, Message } from 'esbuild';
import type { Diagnostic } from '../flow/diagnostics.ts';
import type { ComponentFile } from './catalog.ts';

/** Components that cannot be bundled: a diagnostic a fault, at its place in the component's source. */
export class BundleError extends Error {
  readonly diagnostics: readonly Diagnostic[];
  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`).join('\n'));
    this.name = 'BundleError';
    this.diagnostics = diagnostics;
  }
}

/** Whether esbuild itself refused, rather than something round it having failed. */
export const isBuildFailure = (error: unknown): error is BuildFailure =>
  error instanceof Error && 'errors' in error && Array.isArray(error.errors);

/** What esbuild found wrong with a component. A fault in the generated entry is one of the component's exports. */
export function diagnoseBundle({ path, file }: ComponentFile, { errors }: BuildFailure, entry: string): Diagnostic[] {
  return errors.map((error: Message): Diagnostic => {
    const at = error.location?.file.endsWith(entry) ? null : error.location;
    const line = at?.line ?? 1;
    const column = (at?.column ?? 0) + 1;
    return {
      code: 'component-not-bundled',
      severity: 'error',
      message: `component "${path}" cannot be bundled: ${error.text}`,
      file: relative('', at?.file ?? file),
      line,
      column,
      endLine: line,
      endColumn: column + Math.max(1, at?.length ?? 1),
      help: error.text.includes('"default"')
        ? `end the file with \`export default component({ input, output }, run)\``
        : (error.notes[0]?.text ?? 'mend the source, or install the package that it imports'),
    };
  });
}
