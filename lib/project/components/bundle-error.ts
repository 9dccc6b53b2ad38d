import { relative, resolve } from 'node:path';
import type { BuildFailure, Message } from 'esbuild';
import { type Diagnostic, diagnose, type Span } from '../../diagnostics/diagnostics.ts';
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
export function diagnoseBundle(source: ComponentFile, { errors }: BuildFailure, entry: string): Diagnostic[] {
  const { fusedComponents: links = [source] } = source;
  return errors.map((error) => {
    const inEntry = error.location?.file.endsWith(entry) === true;
    // The entry imports one component a line.
    const own = inEntry ? links[(error.location?.line ?? 1) - 1] : links.find(({ file }) => isAt(file, error));
    const { path, file } = own ?? source;
    if (inEntry) {
      const params = { component: path, problem: 'it has no default export', remedy: EXPORT_IT };
      return diagnose('component-not-bundled', params, { file: shown(file), ...START });
    }
    const params = { component: path, problem: error.text, remedy: remedyOf(error) };
    return diagnose('component-not-bundled', params, { file: shown(error.location?.file ?? file), ...spanOf(error) });
  });
}

const isAt = (file: string, { location }: Message): boolean => location !== null && resolve(location.file) === file;

const EXPORT_IT = 'End the file with `export default component({ input, output }, run)`.';

/** Messages name files as they are seen from the working directory. */
const shown = (file: string): string => relative('', file);

const START: Span = { line: 1, column: 1, endLine: 1, endColumn: 2 };

/** esbuild counts the bytes of a line from 0; columns here are characters from 1. */
function spanOf({ location }: Message): Span {
  if (!location) return START;
  const { line, column, length, lineText } = location;
  const bytes = Buffer.from(lineText);
  const charactersIn = (start: number, end: number): number => bytes.subarray(start, end).toString('utf8').length;
  const from = charactersIn(0, column) + 1;
  return { line, column: from, endLine: line, endColumn: from + Math.max(1, charactersIn(column, column + length)) };
}

function remedyOf({ text, notes }: Message): string {
  const unresolved = /^Could not resolve "([^"]+)"/.exec(text)?.[1];
  if (unresolved === undefined) return notes[0]?.text ?? 'Mend the source here.';
  if (/^[./]/.test(unresolved)) return 'Mend the path: it starts from the folder of this file, and ends with .ts.';
  const [scope = '', name = ''] = unresolved.split('/');
  const pack = unresolved.startsWith('@') ? `${scope}/${name}` : scope;
  return `Install what is imported here (npm install ${pack}), or mend the name.`;
}

/** What was thrown when a component was loaded, at its place in the component's source where the stack knows it. */
export function diagnoseLoad({ path, file }: ComponentFile, error: unknown): Diagnostic {
  const place = { file: shown(file), ...placeIn(error instanceof Error ? (error.stack ?? '') : '', file) };
  const params =
    error instanceof NoComponent
      ? { problem: 'its default export is no component', remedy: EXPORT_IT }
      : {
          problem: `it throws ${JSON.stringify(error instanceof Error ? error.message : String(error))}`,
          remedy: 'Mend this, or do it when the component is called: what is done while it is loaded must not fail.',
        };
  return diagnose('component-not-loaded', { component: path, ...params }, place);
}

/** The line of `file` that stands highest in a stack. */
function placeIn(stack: string, file: string): Span {
  const call = stack.split('\n').find((line) => line.includes(`${file}:`)) ?? '';
  const [, line, column] = /:(\d+):(\d+)\)?$/.exec(call) ?? [];
  if (line === undefined || column === undefined) return START;
  const at = { line: Number(line), column: Number(column) };
  return { ...at, endLine: at.line, endColumn: at.column + 1 };
}

/** A module whose default export is no component. */
export class NoComponent extends Error {
  constructor({ path, file }: ComponentFile) {
    super(`${shown(file)} is to define the component "${path}", but its default export is none`);
    this.name = 'INVALID_INPUT';
  }
}
