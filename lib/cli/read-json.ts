import { resolve } from 'node:path';
import { diagnose } from '../diagnostics/diagnostics.ts';
import { faultyNumbersIn, inexactNumbersIn } from '../flow/text/numbers.ts';
import type { Tree } from '../flow/text/tree.ts';
import { isBuildFailure } from '../project/components/bundle-error.ts';
import { readTextFile } from '../project/text-files.ts';
import type { Json } from '../protocol/json.ts';
import { withoutByteOrderMark } from '../protocol/text.ts';
import { UsageError } from './errors.ts';
import { showDiagnostics } from './report.ts';
import type { Terminal } from './terminal.ts';

/** A JSON value together with the text it was read from, for messages that point into it. */
export interface JsonSource {
  readonly value: Json;
  /** A file's path as the user wrote it, `standard input`, or the option's name. */
  readonly file: string;
  readonly text: string;
  /** The line of the file that the text is, where it is only that line. */
  readonly line?: number;
  /** The value in that text, where it is only a part of it. */
  readonly tree?: Tree;
}

/** Reads the JSON of an option: the text itself, `@FILE`, or `-` for standard input. */
export async function readJsonOption(option: string, given: string, terminal: Terminal): Promise<JsonSource> {
  if (given === '-') return parseSource('standard input', await terminal.readStdin());
  return given.startsWith('@') ? readJsonFile(given.slice(1), terminal) : parseSource(option, given);
}

/** Reads a JSON file. */
export async function readJsonFile(file: string, terminal: Terminal): Promise<JsonSource> {
  return parseSource(file, await readText(file, terminal));
}

/** Reads a text file; a file that cannot be read is wrong use. */
export async function readText(file: string, { cwd }: Pick<Terminal, 'cwd'>): Promise<string> {
  try {
    return await readTextFile(resolve(cwd, file));
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** What keeps a file from being read, as wrong use. */
export const unreadable = (file: string, error: unknown): UsageError =>
  new UsageError(
    `cannot read "${file}": ${whyUnreadable(error)}`,
    'give the path of a file that exists, from the folder you are in',
  );

function whyUnreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EISDIR') return 'it is a folder';
  if (code === 'EACCES') return 'this user may not read it';
  return error instanceof Error ? error.message : String(error);
}

/** What a JSON text is. */
interface ParseOptions {
  /** The line of the file that it is, where it is only that line. */
  readonly line?: number | undefined;
  /** Whether nothing of it may be printed. @default false */
  readonly mayBeSecret?: boolean;
}

/** Parses JSON; rejects with a UsageError that says where and why the text is not JSON, or has a number that is none. */
export async function parseSource(
  file: string,
  given: string,
  { line, mayBeSecret = false }: ParseOptions = {},
): Promise<JsonSource> {
  const text = withoutByteOrderMark(given);
  const value = await parse(file, text, { line, mayBeSecret });
  const tooLarge = faultyNumbersIn(text).find(({ fault }) => fault.kind === 'too-large');
  if (tooLarge === undefined) return { value, file, text, ...(line !== undefined && { line }) };
  const { written, span } = tooLarge;
  const { message, help } = diagnose('number-too-large', { written }, { file, ...span });
  throw new UsageError(`${file}, line ${line ?? span.line}, column ${span.column}: ${message}`, help);
}

async function parse(file: string, text: string, { line, mayBeSecret }: ParseOptions): Promise<Json> {
  try {
    return JSON.parse(text);
  } catch {
    const { problem: told, at } = await faultIn(text);
    const problem = mayBeSecret ? 'something unexpected' : told;
    const [what, where] =
      line === undefined
        ? [file, at && ` at line ${at.line}, column ${at.column}`]
        : [`${file}, line ${line}`, at && ` at column ${at.column}`];
    throw new UsageError(`${what} is not JSON: ${problem}${where ?? ''}`, jsonHelp(file, text));
  }
}

/** Shows a warning for each number that is not kept as it is written; for JSON that no check of its own follows. */
export async function warnOfNumbers({ file, text }: JsonSource, terminal: Terminal): Promise<void> {
  await showDiagnostics(inexactNumbersIn({ file, text }), new Map([[file, text]]), terminal);
}

interface JsonFault {
  readonly problem: string;
  readonly at?: { readonly line: number; readonly column: number };
}

/** What is wrong and where, in esbuild's words: those of the JavaScript engine often name no place. */
async function faultIn(text: string): Promise<JsonFault> {
  const { transform } = await import('esbuild');
  const refused: unknown = await transform(text, { loader: 'json', logLevel: 'silent' }).catch(
    (error: unknown) => error,
  );
  const [first] = isBuildFailure(refused) ? refused.errors : [];
  if (!first?.location) return { problem: 'it is empty, or holds more than one value' };
  const { line, column, lineText } = first.location;
  // esbuild counts bytes from 0.
  const before = Buffer.from(lineText).subarray(0, column).toString('utf8');
  return { problem: first.text, at: { line, column: before.length + 1 } };
}

const jsonHelp = (file: string, text: string): string =>
  file.startsWith('--') && !/^\s*[[{"]/.test(text)
    ? `texts need double quotes inside the shell's own, as in '"text"'; a file is @FILE, standard input is -`
    : 'names and texts stand in double quotes; there is no comma after the last item and there are no comments';
