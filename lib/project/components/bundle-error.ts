import { relative, resolve } from 'node:path';
import type { BuildFailure, Message } from 'esbuild';
import { type Diagnostic, diagnose, type Span } from '../../diagnostics/diagnostics.ts';
import { toFlowError } from '../../protocol/errors.ts';
import { exitIn } from '../host/exit-error.ts';
import type { ComponentFile } from './catalog.ts';
import { BadOption, placeOfOption } from './component-options.ts';

/** Components cannot be bundled: one diagnostic for each error, with its position in the component's source. */
export class BundleError extends Error {
  readonly diagnostics: readonly Diagnostic[];
  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`).join('\n'));
    this.name = 'BundleError';
    this.diagnostics = diagnostics;
  }
}

/** Whether esbuild reported errors in the source, as opposed to any other failure. */
export const isBuildFailure = (error: unknown): error is BuildFailure =>
  error instanceof Error && 'errors' in error && Array.isArray(error.errors);

/** Converts esbuild's errors to diagnostics. An error in the generated entry means that a component's default export is missing. */
export function diagnoseBundle(source: ComponentFile, { errors }: BuildFailure, entry: string): Diagnostic[] {
  const { fusedComponents = [source] } = source;
  return errors.map((error) => {
    const inEntry = error.location?.file.endsWith(entry) === true;
    // The entry imports one component per line.
    const own = inEntry
      ? fusedComponents[(error.location?.line ?? 1) - 1]
      : fusedComponents.find(({ file }) => isAt(file, error));
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

/** Messages name files relative to the working directory. */
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
  if (unresolved === undefined) return notes[0]?.text ?? 'Correct the source here.';
  if (/^[./]/.test(unresolved)) return 'Correct the path: it starts from the folder of this file, and ends with .ts.';
  if (/^stepflow-aws(?:\/|$)/.test(unresolved))
    return 'Components import their API from "stepflow-aws/component", and the package has nothing else for them.';
  const [scope = '', name = ''] = unresolved.split('/');
  const pack = unresolved.startsWith('@') ? `${scope}/${name}` : scope;
  return `Install what is imported here (npm install ${pack}), or correct the name.`;
}

/** Converts an error thrown while a component was loaded to a diagnostic, with its position in the source if the stack has it. */
export function diagnoseLoad(source: ComponentFile, error: unknown): Diagnostic {
  const { path, file } = source;
  if (error instanceof BadOption) {
    const params = { component: path, problem: error.message, remedy: error.remedy };
    const place = placeOfOption(source, error.option) ?? START;
    return diagnose('component-not-loaded', params, { file: shown(file), ...place });
  }
  const position = { file: shown(file), ...positionIn(toFlowError(error).stack ?? '', file) };
  return diagnose('component-not-loaded', { component: path, ...problemOf(error) }, position);
}

function problemOf(error: unknown): { readonly problem: string; readonly remedy: string } {
  if (error instanceof NoComponent) return { problem: error.problem, remedy: error.remedy };
  const exit = exitIn(error);
  if (exit !== undefined || error instanceof LoadsTooLong) {
    const problem = exit === undefined ? toFlowError(error).message : `it ends its process (${exit})`;
    return {
      problem,
      remedy: 'Do this when the component is called: loading it must neither end its process nor take long.',
    };
  }
  return {
    problem: `it throws ${JSON.stringify(toFlowError(error).message)}`,
    remedy: 'Correct this, or do it when the component is called: loading a component must not fail.',
  };
}

/** The topmost position in `file` of a stack. */
function positionIn(stack: string, file: string): Span {
  const call = stack.split('\n').find((line) => line.includes(`${file}:`)) ?? '';
  const [, line, column] = /:(\d+):(\d+)\)?$/.exec(call) ?? [];
  if (line === undefined || column === undefined) return START;
  const at = { line: Number(line), column: Number(column) };
  return { ...at, endLine: at.line, endColumn: at.column + 1 };
}

/** A component takes longer to load than it may. */
export class LoadsTooLong extends Error {
  override readonly name = 'LoadsTooLong';
  constructor(seconds: number) {
    super(`it is not loaded after ${seconds} s`);
  }
}

/** A module's default export is not a component. */
export class NoComponent extends Error {
  readonly problem: string;
  readonly remedy: string;
  constructor({ path, file }: ComponentFile, problem = 'its default export is not a component', remedy = EXPORT_IT) {
    super(`${shown(file)} must define the component "${path}", but ${problem}`);
    this.name = 'INVALID_INPUT';
    this.problem = problem;
    this.remedy = remedy;
  }
}
