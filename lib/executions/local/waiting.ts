import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Folders } from '../../project/folders.ts';
import { ASKED, folderOfExecution, readWaitingRecord } from '../../protocol/waiting.ts';
import { findRuns, listRuns, type RecordedRun } from '../../run/durable/run-files.ts';
import { giveAnswer } from '../../run/waiting/local-answers.ts';
import { blobStore, folderStore } from '../../runtime/index.ts';
import { STORE_FOLDERS } from '../../runtime/stores/store-folders.ts';
import type { RespondRequest, WaitingStep } from '../executions.ts';
import { Problem } from '../problem.ts';
import { outputFor, recordFor } from '../waiting/answers.ts';
import { type Asked, askedIn, shownStep, type WaitingStore } from '../waiting/waiting-store.ts';

/** The folders that it needs of a project. */
export type WaitingFolders = Pick<Folders, 'blobs' | 'runs'>;

/** A run on this machine whose steps wait, or have waited. */
export interface LocalRun {
  readonly id: string;
  /** Its journal's summary; absent of a run without one, as of a batch. */
  readonly recorded?: RecordedRun;
}

/** A step that was answered, and the run, whose process may have ended. */
export interface LocallyResponded {
  readonly run: LocalRun;
  readonly step: string;
  readonly item?: string;
}

/** The runs whose steps wait on this machine, the latest first. */
export const runsThatWait = ({ blobs, runs }: WaitingFolders): readonly LocalRun[] => {
  const all = namesThatAsk(blobs);
  const recorded = listRuns(runs).filter(({ id, status }) => all.has(id) && isOpen(status));
  const known = new Set(listRuns(runs).map(({ id }) => id));
  return [
    ...recorded.map((one) => ({ id: one.id, recorded: one })),
    ...[...all].filter((id) => !known.has(id)).map((id) => ({ id })),
  ];
};

/** The run with this id, or the only one that begins with it. @throws Problem */
export function findLocalRun({ blobs, runs }: WaitingFolders, written: string): LocalRun {
  const id = written.split(':')[7] ?? written;
  const asking = [...namesThatAsk(blobs)].filter((name) => name === id || (id !== '' && name.startsWith(id)));
  const found = [...new Set([...findRuns(runs, id), ...asking])];
  const exact = found.includes(id) ? [id] : found;
  const [first, ...more] = exact;
  if (first === undefined) throw noRun(id, runsThatWait({ blobs, runs }));
  if (more.length > 0)
    throw new Problem('INVALID_REQUEST', `"${id}" is the beginning of ${exact.length} runs; give more of it`, {
      parameter: 'id',
    });
  const recorded = listRuns(runs).find((run) => run.id === first);
  return { id: first, ...(recorded && { recorded }) };
}

/** The steps of a run that wait, the oldest first. */
export async function waitingLocally(folders: WaitingFolders, run: LocalRun): Promise<readonly WaitingStep[]> {
  const open = (await askedBy(folders, run)).filter(({ over }) => over === undefined);
  const blobs = blobStore(folderStore(folders.blobs));
  return Promise.all(open.map(({ record }) => shownStep(record, blobs)));
}

/** Answers a step of a run that waits, in this process or in another one. @throws Problem */
export async function respondLocally(
  folders: WaitingFolders,
  written: string,
  request: RespondRequest,
): Promise<LocallyResponded> {
  const run = findLocalRun(folders, written);
  const { recorded } = run;
  if (recorded && !isOpen(recorded.status)) throw ended(run, recorded, request.step);
  const record = recordFor(await askedBy(folders, run), request);
  const output = await outputFor(record, request.answer, blobStore(folderStore(folders.blobs)));
  // Somebody else may have been faster.
  if (!(await giveAnswer(folders.blobs, record, { ...output })))
    throw new Problem('NOT_WAITING', `Step "${request.step}" has been answered already, and one answer counts`);
  return { run, step: record.step, ...(request.item !== undefined && { item: request.item }) };
}

async function askedBy({ blobs, runs: _ }: WaitingFolders, { id }: LocalRun): Promise<readonly Asked[]> {
  const store = folderWaiting(blobs);
  // The id of an execution has the name of its flow, too; all that the run's folder has is of this run.
  const [execution] = await executionsIn(store, id);
  return execution === undefined ? [] : askedIn(store, execution, Date.now());
}

async function executionsIn(store: WaitingStore, id: string): Promise<readonly string[]> {
  const keys = await store.list(`${STORE_FOLDERS.waiting}/${folderOfExecution(id)}/${ASKED}/`);
  for (const key of keys) {
    const text = await store.read(key);
    const record = text === undefined ? undefined : readWaitingRecord(text);
    if (record) return [record.execution];
  }
  return [];
}

/** What the steps of local runs ask, in the folder of blobs. */
function folderWaiting(blobs: string): WaitingStore {
  const store = folderStore(blobs);
  return {
    list: async (folder) => {
      const path = join(blobs, folder);
      if (!existsSync(path)) return [];
      return readdirSync(path).flatMap((name) => (name.endsWith('.json') ? [`${folder}${name}`] : []));
    },
    read: (key) => store.read(key),
    write: (key, text) => store.write(key, text),
  };
}

/** The names of the runs with something that a step has asked and that is not over. */
function namesThatAsk(blobs: string): ReadonlySet<string> {
  const folder = join(blobs, STORE_FOLDERS.waiting);
  if (!existsSync(folder)) return new Set();
  const names = readdirSync(folder).filter((name) => {
    const asked = join(folder, name, ASKED);
    return existsSync(asked) && readdirSync(asked).length > 0;
  });
  return new Set(names.map(decodeURIComponent));
}

/** A run that was interrupted takes the answer when it is resumed. */
const isOpen = (status: RecordedRun['status']): boolean => status === 'running' || status === 'interrupted';

function noRun(id: string, waiting: readonly LocalRun[]): Problem {
  const known = waiting.slice(0, 10).map((run) => run.id);
  const which = known.length > 0 ? `those that wait are ${known.join(', ')}` : 'no run on this machine waits';
  return new Problem('EXECUTION_NOT_FOUND', `There is no run "${id}"; ${which}`, { parameter: 'id' });
}

function ended({ id }: LocalRun, { status, file }: RecordedRun, step: string): Problem {
  const again =
    status === 'failed' || status === 'cancelled' ? `; resume it first: stepflow run ${file} --resume ${id}` : '';
  return new Problem('NOT_WAITING', `Step "${step}" waits no more: the run ${id} has ended (${status})${again}`);
}
