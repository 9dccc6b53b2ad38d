import { closeSync, fdatasync, fstatSync, ftruncateSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { isRecord, type JournalRecord } from './records.ts';
import { isSealed, type Seal } from './seal.ts';

/** A journal that is no journal, or cannot be read or written. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
}

/**
 * A run's journal, a file of JSON lines that only grows. A line that was appended is there whatever becomes of the
 * process, since the operating system has it then; it is brought to the disk behind the run's back, so that only a loss
 * of power can cost the last moments.
 */
export class Journal {
  readonly #file: string;
  readonly #seal: Seal;
  readonly #fd: number;
  #unsynced = false;
  #syncing = false;
  #closed = false;

  /** Opens a journal, or begins one. A line that was broken off in the middle goes. */
  constructor(file: string, seal: Seal) {
    this.#file = file;
    this.#seal = seal;
    this.#fd = guarded(file, () => openSync(file, 'a+'));
    dropTornLine(this.#fd);
  }

  /** Appends records in one go, unless the journal is closed. Throws a {@link JournalError} where the disk refuses. */
  append(records: readonly JournalRecord[]): void {
    if (this.#closed || records.length === 0) return;
    const text = records.map((record) => `${lineOf(record, this.#seal)}\n`).join('');
    guarded(this.#file, () => writeAll(this.#fd, Buffer.from(text)));
    this.#unsynced = true;
    this.#sync();
  }

  /** Nothing is appended from now on. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (!this.#syncing) closeSync(this.#fd);
  }

  /** One at a time: what comes meanwhile goes to the disk with the next. */
  #sync(): void {
    if (this.#syncing) return;
    this.#syncing = true;
    this.#unsynced = false;
    // A disk that cannot be synchronised has still taken the write.
    fdatasync(this.#fd, () => {
      this.#syncing = false;
      if (this.#closed) closeSync(this.#fd);
      else if (this.#unsynced) this.#sync();
    });
  }
}

/** The outline of a journal is never sealed: whoever lists runs knows no secrets. What is sealed in it is a text. */
const lineOf = (record: JournalRecord, seal: Seal): string => {
  const line = JSON.stringify(record);
  return record.type === 'call' || record.type === 'inner' ? seal.close(line) : line;
};

function writeAll(fd: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}

/** What follows the last line's end was being written when the process was killed. */
function dropTornLine(fd: number): void {
  const { size } = fstatSync(fd);
  const chunk = Buffer.alloc(64 * 1024);
  for (let end = size; end > 0; ) {
    const from = Math.max(0, end - chunk.length);
    const read = readSync(fd, chunk, 0, end - from, from);
    const newline = chunk.subarray(0, read).lastIndexOf('\n');
    if (newline >= 0 || from === 0) {
      const keep = newline < 0 ? 0 : from + newline + 1;
      if (keep < size) ftruncateSync(fd, keep);
      return;
    }
    end = from;
  }
}

/**
 * The records of a journal. A line that was broken off in the middle does not count. Throws a {@link JournalError} for
 * anything else that is no record, and an UnknownSecret where the seal is another.
 */
export function readJournal(file: string, seal: Seal): readonly JournalRecord[] {
  return linesOf(file).map((line, index) => recordOf(seal.open(line), `${file}, line ${index + 1}`));
}

/** More than the lines that begin and end a run have, unless its input is large. */
const MOST_BYTES = 64 * 1024;

/**
 * The first and the last record of a journal, which say what it is of and how it ended; no secret is sealed in them.
 * Undefined where there is none, or the last one is of another kind. Reads no more of a long journal than it has to.
 */
export function readEnds(file: string): { readonly first?: JournalRecord; readonly last?: JournalRecord } {
  const [head, tail] = guarded(file, () => endsOf(file));
  const end = head.indexOf('\n');
  const first = end < 0 ? linesOf(file)[0] : head.slice(0, end);
  const last = tail.slice(0, tail.lastIndexOf('\n')).split('\n').at(-1);
  return {
    ...(first !== undefined && { first: recordOf(first, `${file}, line 1`) }),
    ...(last !== undefined && isOutline(last) && { last: recordOf(last, `${file}, the last line`) }),
  };
}

/** Whether a whole line tells of the run itself; calls are the greater part of a journal, and may be cut off here. */
const isOutline = (line: string): boolean => /^\{"type":"(?:run|end|resume)",.*\}$/.test(line) && !isSealed(line);

function endsOf(file: string): readonly [head: string, tail: string] {
  const fd = openSync(file, 'r');
  try {
    const { size } = fstatSync(fd);
    const part = (from: number): string => {
      const bytes = Buffer.alloc(Math.min(MOST_BYTES, size));
      return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, from)).toString('utf8');
    };
    return [part(0), part(Math.max(0, size - MOST_BYTES))];
  } finally {
    closeSync(fd);
  }
}

const linesOf = (file: string): readonly string[] =>
  guarded(file, () => readFileSync(file, 'utf8'))
    .split('\n')
    .slice(0, -1);

function recordOf(line: string, place: string): JournalRecord {
  try {
    const record: unknown = JSON.parse(line);
    if (isRecord(record)) return record;
  } catch {
    // Told below.
  }
  throw new JournalError(`${place} is damaged: it is no record of a run; the run cannot be resumed`);
}

function guarded<T>(file: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new JournalError(`the journal ${file} cannot be used: ${why}`, { cause: error });
  }
}
