import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import type { Json } from '../../protocol/json.ts';
import { sha256 } from '../../runtime/stores/blobs.ts';
import { secretParts } from '../input/secrets.ts';
import type { ReadyFlow, Runnable } from '../ready-flow.ts';
import type { Mocks } from '../tasks/mocks.ts';
import { DurableHost } from './durable-host.ts';
import { type InnerCalls, innerCalls } from './inner-calls.ts';
import { guarded, Journal, JournalError } from './journal.ts';
import { lock, unlock } from './lock.ts';
import { JOURNAL_VERSION, type RunOutcome, type RunStarted } from './records.ts';
import { EMPTY_HISTORY, type ReplayHistory } from './replay-history.ts';
import { makeRunFolder, pruneRuns, type RunFiles } from './run-files.ts';
import { RunLog } from './run-log.ts';
import { Seal } from './seal.ts';

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
  /** What its components log. */
  readonly log: RunLog;
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
  const secrets = secretParts(input, flow.compiled.inputSchema ?? true);
  const seal = new Seal(secrets);
  const journal = new Journal(files.journal, seal);
  const [at, seed] = [Date.now(), randomUUID()];
  const text = JSON.stringify(input);
  const sealed = seal.close(text);
  const run = { id, flow: flow.compiled.name, file, flowHash: sha256(flowText), at, seed };
  journal.append([{ type: 'run', version: JOURNAL_VERSION, ...run, input: sealed, sealed: sealed !== text }]);
  return durableRun(files, journal, EMPTY_HISTORY, run);
}

/** Continues a run after its `history`. A run that has succeeded is only replayed: its journal does not change. */
export function continueRun(files: RunFiles, seal: Seal, history: ReplayHistory, started: RunStarted): DurableRun {
  const journal = new Journal(files.journal, seal);
  if (history.hasSucceeded) journal.close();
  journal.append([{ type: 'resume', at: Date.now() }]);
  return durableRun(files, journal, history, started);
}

/** Takes the lock of a run. Throws a {@link JournalError} if another process has it. */
export function takeLock(files: RunFiles, id: string): void {
  const holder = guarded(files.lock, () => lock(files.lock), `the lock ${files.lock}`);
  if (holder === undefined) return;
  throw new JournalError(`the run ${id} is in progress, in process ${holder}`);
}

type RunIdentity = Pick<RunStarted, 'id' | 'flow' | 'at' | 'seed'>;

function durableRun(files: RunFiles, journal: Journal, history: ReplayHistory, identity: RunIdentity): DurableRun {
  const { id, flow, at, seed } = identity;
  const host = new DurableHost(journal, history, { startMs: at, seed });
  return {
    id,
    host,
    inner: innerCalls(journal, history),
    log: new RunLog(files.log, { flow, execution: id }),
    end: (outcome, isSettled) => {
      const retryVisit = outcome === 'failed' && !isSettled ? host.failedVisit : undefined;
      journal.append([{ type: 'end', at: Date.now(), outcome, ...(retryVisit !== undefined && { retryVisit }) }]);
      return retryVisit !== undefined || outcome === 'cancelled';
    },
    release: () => {
      journal.close();
      unlock(files.lock);
      pruneRuns(dirname(files.folder));
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
