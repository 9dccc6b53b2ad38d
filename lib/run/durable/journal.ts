import { closeSync, fstatSync, readFileSync, readSync } from 'node:fs';
import { expectRegularAt } from '../regular-file.ts';
import { AppendOnlyFile, guarded, intact, JournalError, opened, SUM_START, withSum } from './append-only-file.ts';
import { isRecord, JOURNAL_VERSION, type JournalRecord } from './records.ts';
import { isSealed, type Seal } from './seal.ts';

/** A run's journal: an {@link AppendOnlyFile} of JSON lines. */
export class Journal {
  readonly #file: AppendOnlyFile;
  readonly #seal: Seal;

  /** Opens or creates a journal. An incomplete last line is removed. */
  constructor(file: string, seal: Seal) {
    this.#file = new AppendOnlyFile(file);
    this.#seal = seal;
  }

  /** Appends records in one write, unless the journal is closed. Throws a {@link JournalError} if the write fails. */
  append(records: readonly JournalRecord[]): void {
    this.#file.append(records.map((record) => lineOf(record, this.#seal)));
  }

  /** Ignores all later records. `isKept`: whether what was appended has to be on the disk, too. */
  close(isKept = true): void {
    this.#file.close(isKept);
  }
}

/**
 * A record as a line: JSON, with a checksum of what is written before it. Records of the run itself are not sealed, so that
 * runs can be listed without knowing secrets; only the input in them is.
 */
function lineOf(record: JournalRecord, seal: Seal): string {
  const json = JSON.stringify(record).slice(1, -1);
  return withSum(record.type === 'call' || record.type === 'inner' ? seal.close(json) : json);
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
