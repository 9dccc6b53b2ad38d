import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../../protocol/json.ts';
import { sha256 } from '../../runtime/stores/blobs.ts';
import { secretParts } from '../input/secrets.ts';
import type { ReadyFlow, Runnable } from '../ready-flow.ts';
import type { Mocks } from '../tasks/mocks.ts';
import { guarded, JournalError } from './append-only-file.ts';
import { DurableHost } from './durable-host.ts';
import { type InnerCalls, innerCalls } from './inner-calls.ts';
import { Journal, readJournal } from './journal.ts';
import { lock, unlock } from './lock.ts';
import { JOURNAL_VERSION, type JournalRecord, type RunOutcome, type RunStarted } from './records.ts';
import { EMPTY_HISTORY, type ReplayHistory, replayHistory } from './replay-history.ts';
import { makeRunFolder, pruneRuns, type RunFiles } from './run-files.ts';
import { RunLog } from './run-log.ts';
import { Seal, UnknownSecret } from './seal.ts';

/** The flow as stored beside a run's journal: a resumed run uses it even if the flow's file has changed. */
export interface RecordedFlow extends Runnable {
  readonly textHash: string;
  readonly mocks: Mocks;
  /** The hashes of the bundles at the run's start, by the component's path. */
  readonly bundles: { readonly [path: string]: string };
}

/** A run with a journal, in progress. */
export interface DurableRun {
  /** The run's id. */
  readonly id: string;
  readonly host: DurableHost;
  readonly inner: InnerCalls;
  /** What its components log; undefined of a run of a batch. */
  readonly log: RunLog | undefined;
  /**
   * Ends the journal, and returns whether resuming the run could change its outcome. `isSettled`: no step that could be
   * retried has failed.
   */
  readonly end: (outcome: RunOutcome, isSettled: boolean) => boolean;
  /** Closes the journal and releases the lock, whether the run has ended or not. */
  readonly release: () => void;
}

/** Starts a run with a journal. Throws a {@link JournalError} if the journal cannot be written. */
export function startRun(flow: ReadyFlow, id: string, input: Json): DurableRun {
  const { file, folders } = flow.origin;
  const flowText = JSON.stringify(recordedFlow(flow));
  const files = makeRunFolder(folders.runs, id, flowText);
  takeLock(files, id);
  const run = { id, flow: flow.compiled.name, file, flowHash: sha256(flowText) };
  const { journal, started } = begin(files.journal, sealOf(flow, input), run, input);
  return durableRun(journal, EMPTY_HISTORY, started, files);
}

/** What secrets an input has, sealed in all that is written of its run. */
const sealOf = ({ compiled }: ReadyFlow, input: Json): Seal =>
  new Seal(secretParts(input, compiled.inputSchema ?? true));

type RunNames = Pick<RunStarted, 'id' | 'flow' | 'file' | 'flowHash'>;

/** Writes the first record of a journal. */
function begin(file: string, seal: Seal, run: RunNames, input: Json): { journal: Journal; started: RunStarted } {
  const text = JSON.stringify(input);
  const sealed = seal.close(text);
  const times = { at: Date.now(), seed: randomUUID() };
  const inputs = { input: sealed, sealed: sealed !== text };
  const started: RunStarted = { type: 'run', version: JOURNAL_VERSION, ...run, ...times, ...inputs };
  const journal = new Journal(file, seal);
  journal.append([started]);
  return { journal, started };
}

/** The hash of what a flow is compiled to, with its mocks; its text and its components may change. */
export function flowHashOf(flow: ReadyFlow): string {
  const { textHash: _, bundles: __, ...compiled } = recordedFlow(flow);
  return sha256(JSON.stringify(compiled));
}

/** Where the journal of a run is that shares its lock and its flow with others. */
export interface SharedRun {
  readonly journal: string;
  /** The hash of what the flow was compiled to. */
  readonly flowHash: string;
}

/**
 * Starts a run, or continues it where its journal is there already. Throws a {@link JournalError} if the journal is damaged, or
 * that of a run with another input.
 */
export function openSharedRun(
  flow: ReadyFlow,
  { journal: file, flowHash }: SharedRun,
  id: string,
  input: Json,
): DurableRun {
  const seal = sealOf(flow, input);
  const records = existsSync(file) ? readSealed(file, seal, input) : [];
  const [before] = records;
  if (before?.type === 'run') {
    const history = replayHistory(records, Date.now());
    return durableRun(continued(file, seal, history), history, before);
  }
  const run = { id, flow: flow.compiled.name, file: flow.origin.file, flowHash };
  const { journal, started } = begin(file, seal, run, input);
  return durableRun(journal, EMPTY_HISTORY, started);
}

function readSealed(file: string, seal: Seal, input: Json): readonly JournalRecord[] {
  const records = withSecretsOf(file, () => readJournal(file, seal));
  const [started] = records;
  if (started?.type === 'run' && !isDeepStrictEqual(inputOf(started, seal), input)) throw otherInput(file);
  return records;
}

function withSecretsOf<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof UnknownSecret ? otherInput(file) : error;
  }
}

const otherInput = (file: string): JournalError =>
  new JournalError(`${file} is the journal of a run with another input; it cannot be continued with this one`);

/** The input of a run, by its first record; undefined if the seal has other secrets. */
export function inputOf({ input }: Pick<RunStarted, 'input'>, seal: Seal): Json | undefined {
  try {
    return JSON.parse(seal.open(input));
  } catch {
    return undefined;
  }
}

/** Continues a run after its `history`. A run that has succeeded is only replayed: its journal does not change. */
export function continueRun(files: RunFiles, seal: Seal, history: ReplayHistory, started: RunStarted): DurableRun {
  return durableRun(continued(files.journal, seal, history), history, started, files);
}

function continued(file: string, seal: Seal, history: ReplayHistory): Journal {
  const journal = new Journal(file, seal);
  if (history.hasSucceeded) journal.close();
  journal.append([{ type: 'resume', at: Date.now() }]);
  return journal;
}

/** Releases the lock of a run that has ended or was interrupted. */
function leave(files: RunFiles): void {
  unlock(files.lock);
  pruneRuns(dirname(files.folder));
}

/** Takes the lock of a run. Throws a {@link JournalError} if another process has it. */
export function takeLock(files: RunFiles, id: string): void {
  const holder = guarded(files.lock, () => lock(files.lock), `the lock ${files.lock}`);
  if (holder === undefined) return;
  throw new JournalError(`the run ${id} is in progress, in process ${holder}`);
}

type RunIdentity = Pick<RunStarted, 'id' | 'flow' | 'at' | 'seed'>;

function durableRun(
  journal: Journal,
  history: ReplayHistory,
  identity: RunIdentity,
  /** @default those of a batch, which lives on: most journals of its lines are deleted at once */
  files?: RunFiles,
): DurableRun {
  const { id, flow, at, seed } = identity;
  const host = new DurableHost(journal, history, { startMs: at, seed });
  const log = files && new RunLog(files.log, { flow, execution: id });
  return {
    id,
    host,
    inner: innerCalls(journal, history),
    log,
    end: (outcome, isSettled) => {
      const retryVisit = outcome === 'failed' && !isSettled ? host.failedVisit : undefined;
      journal.append([{ type: 'end', at: Date.now(), outcome, ...(retryVisit !== undefined && { retryVisit }) }]);
      return retryVisit !== undefined || outcome === 'cancelled';
    },
    release: () => {
      journal.close(files !== undefined);
      log?.close();
      if (files) leave(files);
    },
  };
}

function recordedFlow({ compiled, origin, functions }: ReadyFlow): RecordedFlow {
  const { name, type, stateMachine, nestedMachines, sourceMap, inputBudget, steps, absorbed, inputSchema } = compiled;
  const { textHash, mocks } = origin;
  const bundles = Object.fromEntries([...functions.values()].map(({ path, hash }) => [path, hash]));
  const flow = { name, type, stateMachine, nestedMachines, sourceMap, inputBudget, steps, absorbed };
  return { ...flow, textHash, mocks, bundles, ...(inputSchema !== undefined && { inputSchema }) };
}
