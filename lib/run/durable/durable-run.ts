import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import type { Json } from '../../protocol/json.ts';
import { secretParts } from '../input/secrets.ts';
import type { ReadyFlow, Runnable } from '../ready-flow.ts';
import type { Mocks } from '../tasks/mocks.ts';
import { DurableHost } from './durable-host.ts';
import { type InnerCalls, innerCalls } from './inner-calls.ts';
import { Journal, JournalError } from './journal.ts';
import { lock, unlock } from './lock.ts';
import { JOURNAL_VERSION, type RunOutcome, type RunStarted } from './records.ts';
import { EMPTY_HISTORY, type ReplayHistory } from './replay-history.ts';
import { makeRunFolder, pruneRuns, type RunFiles } from './run-files.ts';
import { Seal } from './seal.ts';

/** What is kept of a flow beside a run's journal: the run goes on with it, whatever becomes of the flow's file. */
export interface RecordedFlow extends Runnable {
  readonly textHash: string;
  readonly mocks: Mocks;
  /** The hashes of the bundles that the run began with, by the component's path. */
  readonly bundles: { readonly [path: string]: string };
}

/** A run with a journal, under way. */
export interface DurableRun {
  /** The run's id. */
  readonly id: string;
  readonly host: DurableHost;
  readonly inner: InnerCalls;
  /**
   * Ends the journal. Answers whether there is anything to be gained by resuming the run. `isSettled`: no step has failed
   * that could be repeated.
   */
  readonly end: (outcome: RunOutcome, isSettled: boolean) => boolean;
  /** Lets go of the run, ended or not. */
  readonly release: () => void;
}

/** Begins a run with a journal in `runs`. Throws a {@link JournalError} where it cannot be written. */
export function beginRun(flow: ReadyFlow, id: string, input: Json): DurableRun {
  const { file, folders } = flow.origin;
  const files = makeRunFolder(folders.runs, id, JSON.stringify(recordedFlow(flow)));
  takeLock(files, id);
  const secrets = secretParts(input, flow.compiled.inputSchema ?? true);
  const seal = new Seal(secrets);
  const journal = new Journal(files.journal, seal);
  const [at, seed] = [Date.now(), randomUUID()];
  const text = JSON.stringify(input);
  const sealed = seal.close(text);
  const what = { id, flow: flow.compiled.name, file, at, seed };
  journal.append([{ type: 'run', version: JOURNAL_VERSION, ...what, input: sealed, sealed: sealed !== text }]);
  return durableRun(files, journal, EMPTY_HISTORY, { id, at, seed });
}

/** A run that goes on, after `past`. One that has ended well is only gone through again: its journal stays as it is. */
export function continueRun(files: RunFiles, seal: Seal, past: ReplayHistory, beginning: RunStarted): DurableRun {
  const journal = new Journal(files.journal, seal);
  if (past.endedWell) journal.close();
  journal.append([{ type: 'resume', at: Date.now() }]);
  return durableRun(files, journal, past, beginning);
}

/** Takes the lock of a run. Throws a {@link JournalError} where another process has it. */
export function takeLock(files: RunFiles, id: string): void {
  const holder = lock(files.lock);
  if (holder === undefined) return;
  throw new JournalError(`the run ${id} is in progress, in process ${holder}`);
}

type Begun = Pick<RunStarted, 'id' | 'at' | 'seed'>;

function durableRun(files: RunFiles, journal: Journal, past: ReplayHistory, begun: Begun): DurableRun {
  const { id, at, seed } = begun;
  const host = new DurableHost(journal, past, { startMs: at, seed });
  return {
    id,
    host,
    inner: innerCalls(journal, past),
    end: (outcome, isSettled) => {
      const again = outcome === 'failed' && !isSettled ? host.failedVisit : undefined;
      journal.append([{ type: 'end', at: Date.now(), outcome, ...(again !== undefined && { retryVisit: again }) }]);
      return again !== undefined || outcome === 'cancelled';
    },
    release: () => {
      journal.close();
      unlock(files.lock);
      pruneRuns(dirname(files.folder));
    },
  };
}

function recordedFlow({ compiled: runs, origin, functions }: ReadyFlow): RecordedFlow {
  const { name, type, stateMachine, nestedMachines, sourceMap, inputBudget, steps, absorbed, inputSchema } = runs;
  const { textHash, mocks } = origin;
  const bundles = Object.fromEntries([...functions.values()].map(({ path, hash }) => [path, hash]));
  const kept = { name, type, stateMachine, nestedMachines, sourceMap, inputBudget, steps, absorbed };
  return { ...kept, textHash, mocks, bundles, ...(inputSchema !== undefined && { inputSchema }) };
}
