import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../runtime/stores/blobs.ts';
import { expectRegularAt } from '../regular-file.ts';
import { guarded, JournalError } from './append-only-file.ts';
import { readEnds } from './journal.ts';
import { holderOf } from './lock.ts';
import type { RunOutcome, RunStarted } from './records.ts';

/** The files of a run. */
export interface RunFiles {
  readonly folder: string;
  readonly journal: string;
  /** The recorded flow: see `RecordedFlow`. */
  readonly flow: string;
  readonly lock: string;
  /** What its components logged and printed: see `RunLog`. */
  readonly log: string;
}

/** The files of the run `id` in the folder of runs. */
export function filesOf(runs: string, id: string): RunFiles {
  const folder = join(runs, id);
  return {
    folder,
    journal: join(folder, 'journal.jsonl'),
    flow: join(folder, 'flow.json'),
    lock: join(folder, 'lock'),
    log: join(folder, 'log.jsonl'),
  };
}

/** Creates the folder of the run `id` with its recorded flow. Throws a {@link JournalError} if the run exists already. */
export function makeRunFolder(runs: string, id: string, flow: string): RunFiles {
  const files = filesOf(runs, id);
  if (!/^[\w-][\w.-]*$/.test(id))
    throw new JournalError(
      `a run cannot be called ${JSON.stringify(id)}: give it a name of letters, digits, "-", "_" and "."`,
    );
  if (existsSync(files.journal)) throw new JournalError(`there is a run ${id} already: give this one another name`);
  const make = (): void => {
    mkdirSync(files.folder, { recursive: true });
    writeFileSync(files.flow, flow);
  };
  guarded(files.folder, make, `the folder ${files.folder}`);
  return files;
}

/** The status of a run; `interrupted`: its process ended before the run did. */
export type RunStatus = RunOutcome | 'running' | 'interrupted';

/** A summary of a run, from its journal. */
export interface RecordedRun extends Pick<RunStarted, 'id' | 'flow' | 'file' | 'at'> {
  readonly status: RunStatus;
}

/** At most `limit` runs in a folder, the latest first. */
export function listRuns(runs: string, limit = Number.POSITIVE_INFINITY): readonly RecordedRun[] {
  return idsIn(runs)
    .slice(0, limit)
    .flatMap((id) => describeRun(filesOf(runs, id)) ?? []);
}

/** The ids of at most `limit` runs of a flow's file, absolute, that succeeded, the latest first. */
export const runsThatSucceeded = (runs: string, file: string, limit: number): readonly string[] =>
  listRuns(runs)
    .filter((run) => run.file === file && run.status === 'success')
    .slice(0, limit)
    .map(({ id }) => id);

/** The ids of the runs in a folder with this id, or else with this prefix. */
export const findRuns = (runs: string, id: string): readonly string[] => {
  const all = idsIn(runs);
  return all.includes(id) ? [id] : all.filter((one) => id !== '' && one.startsWith(id));
};

/** The latest first, by the time of their last record. */
function idsIn(runs: string): readonly string[] {
  if (!existsSync(runs)) return [];
  const entries = readdirSync(runs).flatMap((id) => {
    const { journal } = filesOf(runs, id);
    const changed = statSync(journal, { throwIfNoEntry: false })?.mtimeMs;
    return changed === undefined ? [] : [{ id, changed }];
  });
  return entries.sort((a, b) => b.changed - a.changed || (a.id < b.id ? -1 : 1)).map(({ id }) => id);
}

function describeRun(files: RunFiles): RecordedRun | undefined {
  try {
    const { first, last } = readEnds(files.journal);
    if (first?.type !== 'run') return undefined;
    const { id, flow, file, at } = first;
    const ended = last?.type === 'end' ? last.outcome : 'interrupted';
    return { id, flow, file, at, status: holderOf(files.lock) === undefined ? ended : 'running' };
  } catch (error) {
    if (error instanceof JournalError) return undefined;
    throw error;
  }
}

const MAX_RUNS = 50;
const MAX_AGE_MS = 7 * 24 * 60 * 60 * 1000;

/**
 * Removes old runs. A successful run is kept while it is among the latest 50 and at most a week old; any other run while
 * either is true, because it may be resumed. A run in progress is never removed.
 */
export function pruneRuns(runs: string, now: number = Date.now()): void {
  for (const [index, id] of idsIn(runs).entries()) {
    const files = filesOf(runs, id);
    const age = now - (statSync(files.journal, { throwIfNoEntry: false })?.mtimeMs ?? now);
    const [isRecent, isYoung] = [index < MAX_RUNS, age < MAX_AGE_MS];
    if (isRecent && isYoung) continue;
    const status = describeRun(files)?.status;
    const hasSucceeded = status === undefined || status === 'success' || status === 'skipped';
    if (status === 'running' || (!hasSucceeded && (isRecent || isYoung))) continue;
    rmSync(files.folder, { recursive: true, force: true });
  }
  for (const id of existsSync(runs) ? readdirSync(runs) : []) {
    const { folder, journal, lock } = filesOf(runs, id);
    // The process was killed before it wrote the journal.
    if (!existsSync(journal) && isOlder(folder, now - START_MS) && holderOf(lock) === undefined)
      rmSync(folder, { recursive: true, force: true });
  }
}

/** Longer than a run takes to start. */
const START_MS = 60_000;

const isOlder = (path: string, ms: number): boolean => (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? ms) < ms;

/** Reads the recorded flow of a run. Throws a {@link JournalError} if it is not as it was written. */
export function readFlowOf({ flow }: RunFiles, hash: string): unknown {
  const text = readFlowText(flow);
  if (sha256(text) === hash) return JSON.parse(text);
  throw new JournalError(`${flow} is damaged: it is not as it was written; the run cannot be resumed`);
}

function readFlowText(file: string): string {
  try {
    expectRegularAt(file);
    return readFileSync(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new JournalError(`${file} cannot be read: ${why}; the run cannot be resumed`, { cause: error });
  }
}
