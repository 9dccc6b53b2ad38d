import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Diagnostic } from '../diagnostics/diagnostics.ts';
import { EXIT } from './errors.ts';
import { type Terminal, wantsColor } from './terminal.ts';

/** Texts by the name of the file that diagnostics point into. */
export type Sources = ReadonlyMap<string, string>;

/** Shows diagnostics with their code frames on standard error. */
export async function showDiagnostics(
  diagnostics: readonly Diagnostic[],
  sources: Sources,
  terminal: Terminal,
): Promise<void> {
  if (diagnostics.length === 0) return;
  const { renderDiagnostics } = await import('../diagnostics/render.ts');
  const color = wantsColor(terminal.stderr, terminal.env);
  const sourceOf = (file: string): string | undefined => sources.get(file) ?? textOf(file, terminal);
  terminal.stderr.write(`${renderDiagnostics(diagnostics, sourceOf, { color }).trimEnd()}\n`);
}

/** The text of a component's source, which was not read for the command itself. */
function textOf(file: string, { cwd }: Terminal): string | undefined {
  const found = [resolve(cwd, file), resolve(file)].find((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
  return found === undefined ? undefined : readFileSync(found, 'utf8');
}

/** The exit code that diagnostics ask for. */
export const exitCodeOf = (diagnostics: readonly Diagnostic[]): number =>
  diagnostics.some(({ severity }) => severity === 'error') ? EXIT.failed : EXIT.ok;

/** Writes a value as JSON for people to read. */
export function writeJson(value: unknown, { stdout }: Pick<Terminal, 'stdout'>): void {
  stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Says with `--json` that a flow is refused. Answers the exit code. */
export function refuse(diagnostics: readonly Diagnostic[], json: boolean, terminal: Terminal): number {
  if (json) writeJson({ ok: false, diagnostics: diagnosticsJson(diagnostics) }, terminal);
  return EXIT.failed;
}

/** Diagnostics as the contract of `--json` has them. */
export const diagnosticsJson = (diagnostics: readonly Diagnostic[]) =>
  diagnostics.map(({ code, severity, message, file, line, column, endLine, endColumn, help }) => {
    return { code, severity, message, file, line, column, endLine, endColumn, help };
  });

/** Says on standard error what to call next: standard output stays free for what was asked for. */
export function suggestNext(call: string, { stderr, env }: Terminal): void {
  // Under npm the package's own command is not on the path; npx finds it.
  stderr.write(`Next: ${env.npm_command === undefined ? '' : 'npx '}stepflow ${call}\n`);
}

/** `1 error`, `3 errors`. */
export const count = (number: number, noun: string): string =>
  `${number} ${noun}${number === 1 ? '' : noun.endsWith('s') ? 'es' : 's'}`;
