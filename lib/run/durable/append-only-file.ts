import { closeSync, fdatasync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { sha256 } from '../../runtime/stores/blobs.ts';
import { expectRegularAt } from '../regular-file.ts';

/** A journal is damaged, or cannot be read or written. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
}

/** Milliseconds after which what was appended is synchronised to the disk. */
const SYNC_MS = 50;

/**
 * A file of lines that only grows. An appended line survives the end of the process, because it has been written to the
 * operating system. It is synchronised to the disk in the background, so only a power failure can lose the latest lines.
 */
export class AppendOnlyFile {
  readonly #file: string;
  readonly #fd: number;
  #timer: NodeJS.Timeout | undefined;
  #syncing = false;
  #closed = false;
  #size: number;

  /** Opens or creates a file. An incomplete last line is removed. */
  constructor(file: string) {
    this.#file = file;
    this.#fd = guarded(file, () => opened(file, 'a+'));
    this.#size = dropIncompleteLine(this.#fd);
  }

  /**
   * Appends lines in one write, unless the file is closed, and answers where the first one begins. Throws a
   * {@link JournalError} if the write fails.
   */
  append(lines: readonly string[]): number {
    const at = this.#size;
    if (this.#closed || lines.length === 0) return at;
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    guarded(this.#file, () => writeAll(this.#fd, bytes));
    this.#size += bytes.length;
    // One synchronisation at a time: later lines are part of the next.
    this.#timer ??= setTimeout(() => this.#sync(), SYNC_MS).unref();
    return at;
  }

  /** Bytes of the file, from an offset on; fewer where it ends before. */
  read(at: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    return guarded(this.#file, () => bytes.subarray(0, readSync(this.#fd, bytes, 0, length, at)));
  }

  /** Ignores all later lines. `isKept`: whether what was appended has to be on the disk, too. */
  close(isKept = true): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#syncing) return;
    if (this.#timer && isKept) this.#sync();
    else this.#closeNow();
  }

  #closeNow(): void {
    clearTimeout(this.#timer);
    closeSync(this.#fd);
  }

  #sync(): void {
    clearTimeout(this.#timer);
    if (this.#syncing) {
      this.#timer = setTimeout(() => this.#sync(), SYNC_MS).unref();
      return;
    }
    this.#timer = undefined;
    this.#syncing = true;
    // Errors are ignored: the write itself has succeeded.
    fdatasync(this.#fd, () => {
      this.#syncing = false;
      if (this.#closed) this.#closeNow();
    });
  }
}

/** The fields of a JSON object, without its braces, as a line: an object with a checksum of what is written before it. */
export const withSum = (written: string): string => `{${written}${SUM_START}${checksum(written)}${SUM_END}`;

const CHECKSUM_DIGITS = 16;

/** It is taken of sealed text, so that it tells nothing about secrets. */
const checksum = (text: string): string => sha256(text).slice(0, CHECKSUM_DIGITS);

const SUM_END = '"}';

/** What begins the checksum of a line. */
export const SUM_START = ',"sum":"';

/** The JSON of a line whose checksum is right; undefined if it is wrong or absent. */
export function intact(line: string): string | undefined {
  const end = line.length - SUM_START.length - CHECKSUM_DIGITS - SUM_END.length;
  const written = line.slice(1, Math.max(1, end));
  return line === withSum(written) ? `{${written}}` : undefined;
}

function writeAll(fd: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}

/** Removes an incomplete last line, which was being written when the process was killed. Answers the size that remains. */
function dropIncompleteLine(fd: number): number {
  const { size } = fstatSync(fd);
  const chunk = Buffer.alloc(64 * 1024);
  for (let end = size; end > 0; ) {
    const from = Math.max(0, end - chunk.length);
    const read = readSync(fd, chunk, 0, end - from, from);
    const newline = chunk.subarray(0, read).lastIndexOf('\n');
    if (newline >= 0 || from === 0) {
      const length = newline < 0 ? 0 : from + newline + 1;
      if (length < size) ftruncateSync(fd, length);
      return length;
    }
    end = from;
  }
  return size;
}

/** Opens a file that may not be one that would be waited for. */
export function opened(file: string, flags: 'r' | 'a+'): number {
  expectRegularAt(file);
  return openSync(file, flags);
}

/** Does something with a file of a run. Throws a {@link JournalError} where the system refuses it. */
export function guarded<T>(file: string, act: () => T, name = `the journal ${file}`): T {
  try {
    return act();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new JournalError(`${name} cannot be used: ${why}`, { cause: error });
  }
}
