import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject } from '../../protocol/json.ts';
import { guarded } from '../durable/append-only-file.ts';
import { holderOf } from '../durable/lock.ts';
import { expectRegularAt } from '../regular-file.ts';

/** The files of a batch. */
export interface BatchFiles {
  readonly folder: string;
  /** What the batch is: a {@link RecordedBatch}. */
  readonly about: string;
  /** An answer a line, in the order in which they were there. */
  readonly answers: string;
  /** The journals of lines that are in progress, or that failed and may be continued. */
  readonly lines: string;
  /** A copy of its inputs, where they were not in a file that can be read again. */
  readonly inputs: string;
  readonly lock: string;
}

/** Of the files of batches; another version cannot go on with them. */
const VERSION = 1;

/** A batch, as its folder tells. */
export interface RecordedBatch {
  readonly version: number;
  readonly id: string;
  /** The flow's name, and its file, absolute. */
  readonly flow: string;
  readonly file: string;
  /** The hash of what the flow was compiled to: the results of a batch are all those of one flow. */
  readonly flowHash: string;
  /** The file of its inputs, absolute. Absent where they were copied. */
  readonly inputs?: string;
  /** When it was started: milliseconds since the epoch. */
  readonly at: number;
  /** How it ended; absent while it runs, or where it was interrupted. */
  readonly outcome?: 'success' | 'failed';
}

/** The files of the batch `id` in the folder of batches. */
export function batchFilesOf(batches: string, id: string): BatchFiles {
  const folder = join(batches, id);
  return {
    folder,
    about: join(folder, 'batch.json'),
    answers: join(folder, 'answers.jsonl'),
    lines: join(folder, 'lines'),
    inputs: join(folder, 'inputs.jsonl'),
    lock: join(folder, 'lock'),
  };
}

/** Creates the folder of a batch, and answers what it then tells. @throws JournalError where it cannot be written */
export function makeBatchFolder(batches: string, batch: Omit<RecordedBatch, 'version'>): RecordedBatch {
  const files = batchFilesOf(batches, batch.id);
  const recorded = { version: VERSION, ...batch };
  const make = (): void => {
    mkdirSync(files.lines, { recursive: true });
    writeBatch(files, recorded);
  };
  guarded(files.folder, make, `the folder ${files.folder}`);
  return recorded;
}

/** Writes what a batch is. A process that is killed leaves what was there before, or this. */
export function writeBatch({ about }: BatchFiles, batch: RecordedBatch): void {
  writeFileSync(`${about}.new`, JSON.stringify(batch));
  renameSync(`${about}.new`, about);
}

/** What the batch of some files is; undefined if they do not tell, or another version wrote them. */
function readBatch({ about }: BatchFiles): RecordedBatch | undefined {
  try {
    expectRegularAt(about);
    const found: unknown = JSON.parse(readFileSync(about, 'utf8'));
    // Written by this program, from a value of this type.
    return isObject(found) && found.version === VERSION ? (found as unknown as RecordedBatch) : undefined;
  } catch {
    return undefined;
  }
}

/** Every batch in a folder, the latest first. */
export function listBatches(batches: string): readonly RecordedBatch[] {
  const ids = existsSync(batches) ? readdirSync(batches) : [];
  const found = ids.flatMap((id) => readBatch(batchFilesOf(batches, id)) ?? []);
  return found.sort((a, b) => b.at - a.at || (a.id < b.id ? -1 : 1));
}

/** Whether a process works on a batch. */
const isInProgress = ({ lock }: BatchFiles): boolean => holderOf(lock) !== undefined;

/** Answers of many lines are large. */
const MAX_BATCHES = 5;
const MAX_AGE_MS = 7 * 24 * 60 * 60 * 1000;

/**
 * Removes old batches. One that has succeeded is kept while it is among the latest 5 and at most a week old; any other one
 * while either is true, because it may be continued. A batch in progress is never removed.
 */
export function pruneBatches(batches: string, now: number = Date.now()): void {
  for (const [index, { id, outcome }] of listBatches(batches).entries()) {
    const files = batchFilesOf(batches, id);
    const written =
      statSync(files.answers, { throwIfNoEntry: false }) ?? statSync(files.about, { throwIfNoEntry: false });
    const [isRecent, isYoung] = [index < MAX_BATCHES, now - (written?.mtimeMs ?? 0) < MAX_AGE_MS];
    const isKept = outcome === 'success' ? isRecent && isYoung : isRecent || isYoung;
    if (!isKept && !isInProgress(files)) rmSync(files.folder, { recursive: true, force: true });
  }
}
