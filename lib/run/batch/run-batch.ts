import { randomUUID } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Json } from '../../protocol/json.ts';
import { sha256 } from '../../runtime/stores/blobs.ts';
import { JournalError } from '../durable/append-only-file.ts';
import type { SharedRun } from '../durable/durable-run.ts';
import { lock, unlock } from '../durable/lock.ts';
import { AnswerLog } from './answer-log.ts';
import {
  type BatchFiles,
  batchFilesOf,
  makeBatchFolder,
  pruneBatches,
  type RecordedBatch,
  writeBatch,
} from './batch-files.ts';

/** An input of a batch. */
export interface BatchLine {
  /** Its line in the file, from 1. Lines without an input do not count as lines of the batch. */
  readonly line: number;
  /** Its text, with secrets hidden. */
  readonly shown: string;
}

/** What a run of a line gave. */
export interface LineRun {
  readonly outcome: 'success' | 'skipped' | 'failed';
  /** Whether it was cancelled, so that it has no answer yet. */
  readonly wasCancelled: boolean;
  /** Whether continuing the run could change its outcome. */
  readonly canContinue: boolean;
  readonly answer: Json;
}

/** What a batch runs on. */
export interface BatchOptions<L extends BatchLine> {
  readonly lines: AsyncIterable<L>;
  /** How many lines run at once. */
  readonly maxConcurrency: number;
  /** No line is begun once it is aborted. */
  readonly signal: AbortSignal;
  /** Runs a line with this journal, as an execution of this name. */
  readonly run: (line: L, journal: SharedRun, executionName: string) => Promise<LineRun>;
  /** Receives the answers, in the order of the lines. */
  readonly onAnswer: (answer: Json) => void;
}

/** How far a batch got. */
export interface BatchEnd {
  /** Lines that have answers. */
  readonly answered: number;
  readonly succeeded: number;
  /** Whether there are lines that were not begun, not ended, or failed and may be continued. */
  readonly canContinue: boolean;
}

/** Starts a batch. @throws JournalError where its folder cannot be written */
export function startBatch(batches: string, batch: Omit<RecordedBatch, 'version' | 'id' | 'at'>): Batch {
  return continueBatch(batches, makeBatchFolder(batches, { ...batch, id: randomUUID(), at: Date.now() }));
}

/** Continues a batch, whose answers, and the journals of whose lines, are in its folder. @throws JournalError if a process works on it */
export function continueBatch(batches: string, batch: RecordedBatch): Batch {
  const files = batchFilesOf(batches, batch.id);
  const holder = lock(files.lock);
  if (holder !== undefined) throw new JournalError(`the batch ${batch.id} is in progress, in process ${holder}`);
  return new Batch(files, batch);
}

/**
 * A batch: a flow runs once for each line. Answers that are in its folder are given again without running anything; a line with
 * a journal goes on where it was interrupted, or failed.
 */
export class Batch {
  readonly id: string;
  readonly files: BatchFiles;
  readonly #batch: RecordedBatch;
  #wasRun = false;

  constructor(files: BatchFiles, batch: RecordedBatch) {
    this.id = batch.id;
    this.files = files;
    this.#batch = batch;
  }

  /** Runs what has no answer yet. @throws JournalError where its files are damaged, or the lines are not those of its start */
  async run<L extends BatchLine>(options: BatchOptions<L>): Promise<BatchEnd> {
    const log = new AnswerLog(this.files.answers);
    try {
      const end = await this.#runAll(options, log);
      const outcome = end.answered === end.succeeded && !end.canContinue ? 'success' : 'failed';
      if (!options.signal.aborted) writeBatch(this.files, { ...this.#batch, outcome });
      return end;
    } finally {
      log.close();
      this.close();
    }
  }

  /** Lets others work on it. */
  close(): void {
    if (this.#wasRun) return;
    this.#wasRun = true;
    unlock(this.files.lock);
    pruneBatches(dirname(this.files.folder));
  }

  async #runAll<L extends BatchLine>(options: BatchOptions<L>, log: AnswerLog): Promise<BatchEnd> {
    const { lines, maxConcurrency, signal, onAnswer } = options;
    const counts = { begun: 0, emitted: 0, succeeded: 0, unsettled: 0 };
    const iterator = lines[Symbol.asyncIterator]();
    /** Lines that have their answers before those of earlier lines are there. */
    const ended = new Set<number>();
    const giveAnswers = (): void => {
      for (; ended.delete(counts.emitted); counts.emitted += 1) {
        const { hasSucceeded, answer } = log.read(counts.emitted);
        if (hasSucceeded) counts.succeeded += 1;
        onAnswer(answer);
      }
    };
    let isStopped = false;
    const work = async (): Promise<void> => {
      while (!isStopped && !signal.aborted) {
        const next = await iterator.next();
        if (next.done) return;
        const index = counts.begun;
        counts.begun += 1;
        const left = await this.#runLine(options, log, next.value, index);
        if (left !== 'nothing') counts.unsettled += 1;
        if (left !== 'everything') ended.add(index);
        giveAnswers();
      }
    };
    const workers = Array.from({ length: maxConcurrency }, () =>
      work().catch((error: unknown) => {
        // The others end what they have begun: its journals are then complete.
        isStopped = true;
        throw error;
      }),
    );
    const failed = (await Promise.allSettled(workers)).find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
    const { begun, emitted, succeeded, unsettled } = counts;
    return { answered: emitted, succeeded, canContinue: unsettled > 0 || emitted < begun || signal.aborted };
  }

  /** Answers what of the line is left to do; `retry`: it has an answer, and may be continued. */
  async #runLine<L extends BatchLine>(
    { run }: BatchOptions<L>,
    log: AnswerLog,
    line: L,
    index: number,
  ): Promise<'nothing' | 'retry' | 'everything'> {
    const journal = join(this.files.lines, `${line.line}.jsonl`);
    const hash = sha256(line.shown);
    if (log.has(index)) {
      if (log.read(index).hash !== hash) throw otherLine(line, this.id);
      if (!existsSync(journal)) return 'nothing';
    }
    const { flowHash } = this.#batch;
    const ran = await run(line, { journal, flowHash }, `${this.id}-${line.line}`);
    if (ran.wasCancelled) return 'everything';
    const { outcome, answer, canContinue } = ran;
    log.append({ index, hash, hasSucceeded: outcome !== 'failed', answer });
    if (canContinue) return 'retry';
    rmSync(journal, { force: true });
    return 'nothing';
  }
}

const otherLine = ({ line }: BatchLine, id: string): JournalError =>
  new JournalError(`line ${line} of the inputs is another one than when the batch ${id} was started`);
