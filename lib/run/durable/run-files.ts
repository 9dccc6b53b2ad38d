import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { JournalError, readEnds } from './journal.ts';
import { holderOf } from './lock.ts';
import type { RunOutcome, RunStarted } from './records.ts';

/** The files of a run. */
export interface RunFiles {
  readonly folder: string;
  readonly journal: string;
  /** What runs: the compiled flow. */
  readonly flow: string;
  readonly lock: string;
}

/** The files of the run `id` in the folder of runs. */
export function filesOf(runs: string, id: string): RunFiles {
  const folder = join(runs, id);
  return {
    folder,
    journal: join(folder, 'journal.jsonl'),
    flow: join(folder, 'flow.json'),
    lock: join(folder, 'lock'),
  };
}

/** Makes the folder of the run `id`, with what runs in it. Throws a {@link JournalError} where there is one already. */
export function makeRunFolder(runs: string, id: string, flow: string): RunFiles {
  const files = filesOf(runs, id);
  if (!/^[\w-][\w.-]*$/.test(id))
    throw new JournalError(
      `a run cannot be called ${JSON.stringify(id)}: give it a name of letters, digits, "-", "_" and "."`,
    );
  if (existsSync(files.journal)) throw new JournalError(`there is a run ${id} already: give this one another name`);
  try {
    mkdirSync(files.folder, { recursive: true });
    writeFileSync(files.flow, flow);
    return files;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new JournalError(`the folder ${files.folder} cannot be used: ${why}`, { cause: error });
  }
}

/** What became of a run; `interrupted`: its process ended before it. */
export type RunStatus = RunOutcome | 'running' | 'interrupted';

/** A run as its journal tells of it. */
export interface RecordedRun extends Pick<RunStarted, 'id' | 'flow' | 'file' | 'at'> {
  readonly status: RunStatus;
}

/** The runs in a folder, the latest first; `most` of them at most. */
export function listRuns(runs: string, most = Number.POSITIVE_INFINITY): readonly RecordedRun[] {
  return idsIn(runs)
    .slice(0, most)
    .flatMap((id) => describeRun(filesOf(runs, id)) ?? []);
}

/** The ids of the runs in a folder that have this id, or one that begins so. */
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

const MOST_RUNS = 50;
const KEPT_MS = 7 * 24 * 60 * 60 * 1000;

/**
 * Removes old runs. One that went well is kept while it is among the latest 50 and not older than a week; any other
 * while it is the one or the other, since it may be wanted back. One that is in progress is never removed.
 */
export function pruneRuns(runs: string, now: number = Date.now()): void {
  for (const [index, id] of idsIn(runs).entries()) {
    const files = filesOf(runs, id);
    const age = now - (statSync(files.journal, { throwIfNoEntry: false })?.mtimeMs ?? now);
    const [isLate, isYoung] = [index < MOST_RUNS, age < KEPT_MS];
    if (isLate && isYoung) continue;
    const status = describeRun(files)?.status;
    const wentWell = status === undefined || status === 'success' || status === 'skipped';
    if (status === 'running' || (!wentWell && (isLate || isYoung))) continue;
    rmSync(files.folder, { recursive: true, force: true });
  }
  for (const id of existsSync(runs) ? readdirSync(runs) : []) {
    const { folder, journal, lock } = filesOf(runs, id);
    // Its process was killed before the run had begun.
    if (!existsSync(journal) && isOlder(folder, now - START_MS) && holderOf(lock) === undefined)
      rmSync(folder, { recursive: true, force: true });
  }
}

/** More time than a run can take to begin. */
const START_MS = 60_000;

const isOlder = (path: string, ms: number): boolean => (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? ms) < ms;

/** What was written down as the flow of a run. */
export const readFlowOf = (files: RunFiles): unknown => {
  try {
    return JSON.parse(readFileSync(files.flow, 'utf8'));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new JournalError(`${files.flow} cannot be read: ${why}; the run cannot be resumed`, { cause: error });
  }
};
