import { createReadStream, createWriteStream } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { TextDecoder } from 'node:util';
import { encodingOf } from '../protocol/text.ts';
import { type JsonSource, parseSource, unreadable } from './read-json.ts';
import type { Terminal } from './terminal.ts';

/** An input in a file of JSON lines. */
export interface InputLine extends JsonSource {
  readonly line: number;
}

/**
 * The inputs of a file of JSON lines, one after the other, so that memory does not grow with them; empty lines do not count.
 * `named`: what messages call the file. @throws UsageError for a line that is not JSON, and a file that cannot be read
 */
export async function* inputLines(path: string, named: string): AsyncGenerator<InputLine, void, undefined> {
  let line = 0;
  for await (const text of textLines(path, named)) {
    line += 1;
    if (text.trim() !== '') yield { ...(await parseSource(named, text, { line })), line };
  }
}

/** Lines end with a line feed and nothing else: JSON may have the other separators of lines in its texts. */
async function* textLines(path: string, named: string): AsyncGenerator<string, void, undefined> {
  let rest = '';
  for await (const text of decoded(path, named)) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  yield rest;
}

async function* decoded(path: string, named: string): AsyncGenerator<string, void, undefined> {
  let decoder: TextDecoder | undefined;
  try {
    for await (const bytes of createReadStream(path)) {
      decoder ??= new TextDecoder(encodingOf(bytes));
      yield decoder.decode(bytes, { stream: true });
    }
  } catch (error) {
    throw unreadable(named, error);
  }
  yield decoder?.decode() ?? '';
}

/** Whether a file can be read more than once: not standard input, nor a pipe such as `<(command)`. */
export async function isLasting(given: string, terminal: Terminal): Promise<boolean> {
  if (given === '-') return false;
  const stats = await stat(resolve(terminal.cwd, given)).catch((error: unknown) => {
    throw unreadable(given, error);
  });
  // What a folder is, reading it says.
  return stats.isFile() || stats.isDirectory();
}

/** Copies what can be read once. */
export async function copyInputs(given: string, to: string, terminal: Terminal): Promise<void> {
  if (given === '-') return writeFile(to, await terminal.readStdin());
  await pipeline(createReadStream(resolve(terminal.cwd, given)), createWriteStream(to)).catch((error: unknown) => {
    throw unreadable(given, error);
  });
}
