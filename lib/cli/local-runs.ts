import type { RecordedRun } from '../run/durable/run-files.ts';
import { UsageError } from './errors.ts';
import type { Terminal } from './terminal.ts';

/** The runs of the project that this folder is in, the latest first. */
export async function listLocalRuns({ cwd }: Pick<Terminal, 'cwd'>): Promise<readonly RecordedRun[]> {
  const { listRuns } = await import('../run/durable/run-files.ts');
  return listRuns(await runsFolder(cwd));
}

/** A run on this machine, as far as its log is looked at. */
export interface LocalRun {
  /** The file of its log. */
  readonly log: string;
  readonly isRunning: () => boolean;
}

/** The run of the project that has this id or begins with it, or the latest one; undefined where there is none such. */
export async function findLocalRun(
  id: string | undefined,
  { cwd }: Pick<Terminal, 'cwd'>,
): Promise<LocalRun | undefined> {
  const { filesOf, findRuns, listRuns } = await import('../run/durable/run-files.ts');
  const { holderOf } = await import('../run/durable/lock.ts');
  const folder = await runsFolder(cwd);
  const found = id === undefined ? listRuns(folder, 1).map((run) => run.id) : findRuns(folder, id);
  const [first, ...others] = found;
  if (first === undefined && id === undefined)
    throw new UsageError(`there is no run in ${folder}`, 'run a flow first, such as stepflow run workflows/NAME.yaml');
  if (others.length > 0)
    throw new UsageError(`"${id}" is the beginning of ${found.length} runs on this machine`, 'give more of it');
  if (first === undefined) return undefined;
  const { log, lock } = filesOf(folder, first);
  return { log, isRunning: () => holderOf(lock) !== undefined };
}

async function runsFolder(cwd: string): Promise<string> {
  const { foldersFor } = await import('../project/folders.ts');
  return foldersFor(cwd).runs;
}
