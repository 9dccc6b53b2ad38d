import { closeSync, fdatasync, fstatSync, ftruncateSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { sha256 } from '../../runtime/stores/blobs.ts';
import { expectRegularAt } from '../regular-file.ts';
import { isRecord, JOURNAL_VERSION, type JournalRecord } from './records.ts';
import { isSealed, type Seal } from './seal.ts';

/** A journal is damaged, or cannot be read or written. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
}

/**
 * A run's journal: an append-only file of JSON lines. An appended line survives the end of the process, because it has been
 * written to the operating system. It is synchronised to the disk in the background, so only a power failure can lose the
 * latest lines.
 */
export class Journal {
  readonly #file: string;
  readonly #seal: Seal;
  readonly #fd: number;
  #unsynced = false;
  #syncing = false;
  #closed = false;

  /** Opens or creates a journal. An incomplete last line is removed. */
  constructor(file: string, seal: Seal) {
    this.#file = file;
    this.#seal = seal;
    this.#fd = guarded(file, () => opened(file, 'a+'));
    dropIncompleteLine(this.#fd);
  }

  /** Appends records in one write, unless the journal is closed. Throws a {@link JournalError} if the write fails. */
  append(records: readonly JournalRecord[]): void {
    if (this.#closed || records.length === 0) return;
    const text = records.map((record) => `${lineOf(record, this.#seal)}\n`).join('');
    guarded(this.#file, () => writeAll(this.#fd, Buffer.from(text)));
    this.#unsynced = true;
    this.#sync();
  }

  /** Ignores all later records. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (!this.#syncing) closeSync(this.#fd);
  }

  /** One synchronisation at a time: later lines are part of the next. */
  #sync(): void {
    if (this.#syncing) return;
    this.#syncing = true;
    this.#unsynced = false;
    // Errors are ignored: the write itself has succeeded.
    fdatasync(this.#fd, () => {
      this.#syncing = false;
      if (this.#closed) closeSync(this.#fd);
      else if (this.#unsynced) this.#sync();
    });
  }
}

/**
 * A record as a line: JSON, with a checksum of what is written before it. Records of the run itself are not sealed, so that
 * runs can be listed without knowing secrets; only the input in them is.
 */
function lineOf(record: JournalRecord, seal: Seal): string {
  const json = JSON.stringify(record).slice(1, -1);
  const written = record.type === 'call' || record.type === 'inner' ? seal.close(json) : json;
  return withSum(written);
}

const withSum = (written: string): string => `{${written}${SUM_START}${checksum(written)}${SUM_END}`;

const CHECKSUM_DIGITS = 16;

/** It is taken of sealed text, so that it tells nothing about secrets. */
const checksum = (text: string): string => sha256(text).slice(0, CHECKSUM_DIGITS);

const SUM_START = ',"sum":"';
const SUM_END = '"}';

/** The JSON of a line whose checksum is right; undefined if it is wrong or absent. */
function intact(line: string): string | undefined {
  const end = line.length - SUM_START.length - CHECKSUM_DIGITS - SUM_END.length;
  const written = line.slice(1, Math.max(1, end));
  return line === withSum(written) ? `{${written}}` : undefined;
}

function writeAll(fd: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}

/** Removes an incomplete last line, which was being written when the process was killed. */
function dropIncompleteLine(fd: number): void {
  const { size } = fstatSync(fd);
  const chunk = Buffer.alloc(64 * 1024);
  for (let end = size; end > 0; ) {
    const from = Math.max(0, end - chunk.length);
    const read = readSync(fd, chunk, 0, end - from, from);
    const newline = chunk.subarray(0, read).lastIndexOf('\n');
    if (newline >= 0 || from === 0) {
      const length = newline < 0 ? 0 : from + newline + 1;
      if (length < size) ftruncateSync(fd, length);
      return;
    }
    end = from;
  }
}

/**
 * The records of a journal. An incomplete last line is ignored. Throws a {@link JournalError} for any other line that is not
 * as it was written, and an UnknownSecret if the seal has other secrets.
 */
export function readJournal(file: string, seal: Seal): readonly JournalRecord[] {
  return linesOf(file).map((line, index) => {
    const place = `${file}, line ${index + 1}`;
    const written = intact(line);
    if (written === undefined) throw damaged(place);
    return recordOf(seal.open(written), place);
  });
}

/** Longer than the first and last line of a run, unless its input is large. */
const CHUNK_BYTES = 64 * 1024;

/**
 * The first and the last record of a journal, which identify the run and its outcome. Each is undefined if there is none;
 * the last one also if it is a record of a call. Reads only the ends of a long journal.
 */
export function readEnds(file: string): { readonly first?: JournalRecord; readonly last?: JournalRecord } {
  const [head, tail] = guarded(file, () => endsOf(file));
  const end = head.indexOf('\n');
  const first = end < 0 ? linesOf(file)[0] : head.slice(0, end);
  const last = tail.slice(0, tail.lastIndexOf('\n')).split('\n').at(-1);
  return {
    ...(first !== undefined && { first: endOf(first, `${file}, line 1`) }),
    ...(last !== undefined && isRunRecord(last) && { last: endOf(last, `${file}, the last line`) }),
  };
}

/** What another version wrote may have no checksum, or another one: the first record says which version it was. */
function endOf(line: string, place: string): JournalRecord {
  const written = intact(line);
  const record = recordOf(written ?? line, place);
  const isOfThisVersion = record.type !== 'run' || record.version === JOURNAL_VERSION;
  if (written === undefined && isOfThisVersion && line.includes(SUM_START)) throw damaged(place);
  return record;
}

/** Whether a line is a complete record of the run itself, not of a call, which may be cut off here. */
const isRunRecord = (line: string): boolean => /^\{"type":"(?:run|end|resume)",.*\}$/.test(line) && !isSealed(line);

function endsOf(file: string): readonly [head: string, tail: string] {
  const fd = opened(file, 'r');
  try {
    const { size } = fstatSync(fd);
    const part = (from: number): string => {
      const bytes = Buffer.alloc(Math.min(CHUNK_BYTES, size));
      return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, from)).toString('utf8');
    };
    return [part(0), part(Math.max(0, size - CHUNK_BYTES))];
  } finally {
    closeSync(fd);
  }
}

const linesOf = (file: string): readonly string[] =>
  guarded(file, () => textOf(file))
    .split('\n')
    .slice(0, -1);

function textOf(file: string): string {
  expectRegularAt(file);
  return readFileSync(file, 'utf8');
}

function opened(file: string, flags: 'r' | 'a+'): number {
  expectRegularAt(file);
  return openSync(file, flags);
}

function recordOf(line: string, place: string): JournalRecord {
  try {
    const record: unknown = JSON.parse(line);
    if (isRecord(record)) return record;
  } catch {
    // reported below
  }
  throw damaged(place);
}

const damaged = (place: string): JournalError =>
  new JournalError(`${place} is damaged: it is not a record as it was written; the run cannot be resumed`);

/** Does something with a file of a run. Throws a {@link JournalError} where the system refuses it. */
export function guarded<T>(file: string, act: () => T, name = `the journal ${file}`): T {
  try {
    return act();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new JournalError(`${name} cannot be used: ${why}`, { cause: error });
  }
}
