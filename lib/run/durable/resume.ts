import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { secretVariables } from '../../compiler/analyse/variables.ts';
import type { CompiledStep } from '../../compiler/compile.ts';
import { type FusedStep, membersOf } from '../../compiler/emit/frame.ts';
import type { Diagnostic } from '../../diagnostics/diagnostics.ts';
import type { Flow } from '../../flow/flow.ts';
import { readFlow } from '../../flow/read/read-flow.ts';
import { createLoader, loadFunctions } from '../../project/components/load-functions.ts';
import { requiredComponents } from '../../project/components/required-components.ts';
import type { FolderOptions } from '../../project/folders.ts';
import { type FlowLocation, locateFlow, mockMatcher } from '../../project/open-flow.ts';
import { readTextFileSync } from '../../project/text-files.ts';
import { isObject, type Json } from '../../protocol/json.ts';
import { sha256 } from '../../runtime/stores/blobs.ts';
import { folderStore } from '../../runtime/stores/folder-store.ts';
import { secretParts, secretsHere } from '../input/secrets.ts';
import { type RunnableComponent, readyFlow } from '../ready-flow.ts';
import { locateFailure } from '../report/failure-location.ts';
import { refusalOf } from '../report/outcome.ts';
import { type FlowRun, type RunOptions, runOnce } from '../run-once.ts';
import type { Mocks } from '../tasks/mocks.ts';
import { JournalError } from './append-only-file.ts';
import { continueRun, inputOf, type RecordedFlow, takeLock } from './durable-run.ts';
import { readEnds, readJournal } from './journal.ts';
import { unlock } from './lock.ts';
import { JOURNAL_VERSION, type RunStarted } from './records.ts';
import { type ReplayHistory, replayHistory } from './replay-history.ts';
import {
  filesOf,
  findRuns,
  listRuns,
  type RecordedRun,
  type RunFiles,
  type RunStatus,
  readFlowOf,
} from './run-files.ts';
import { Seal } from './seal.ts';

/** Options of {@link resumeFlow}. */
export interface ResumeOptions extends FolderOptions, Omit<RunOptions, 'executionName' | 'journal'> {
  /** The run's id, or a unique prefix. @default the latest run of the flow that has not succeeded */
  readonly id?: string;
  /** The flow's file. */
  readonly file: string;
  /** The text of the flow's file. @default its content */
  readonly source?: string;
  /** Values of secret variables. Other variables keep their values from the run's start. */
  readonly variables?: { readonly [name: string]: Json };
  /** @default those of the run's start */
  readonly mocks?: Mocks;
}

/** The outcome of a resumed run; `warnings` name what has changed since its start. */
export interface ResumedRun extends FlowRun {
  readonly warnings: readonly string[];
}

/** A run cannot be resumed for a reason that the user can correct; `help` says how. */
export class ResumeError extends Error {
  override readonly name = 'ResumeError';
  readonly help: string;
  constructor(message: string, help: string) {
    super(message);
    this.help = help;
  }
}

/**
 * Resumes a run from its journal: completed calls are not repeated, calls that were in progress or failed are. It uses the
 * state machine of the run's start and the current components. A run that has succeeded returns its result again. Rejects
 * with a {@link ResumeError} if there is no such run or it cannot be resumed.
 */
export async function resumeFlow(options: ResumeOptions): Promise<ResumedRun> {
  return resume(options, false);
}

/**
 * Replays a run that has succeeded from its journal, so that its events can be looked at: nothing is called. Rejects with a
 * {@link ResumeError} if there is no such run or it has not succeeded.
 */
export async function replayRun(options: ResumeOptions): Promise<FlowRun> {
  return resume(options, true);
}

async function resume(options: ResumeOptions, isReplay: boolean): Promise<ResumedRun> {
  const location = locateFlow(options);
  const { file, home, folders } = location;
  const path = join(home, basename(file));
  const id = options.id === undefined ? latestRun(folders.runs, path) : findRun(folders.runs, options.id, path);
  const files = filesOf(folders.runs, id);
  withHelp(() => takeLock(files, id), 'wait for its end, or end it first');
  try {
    return await resumeLocked(options, { ...location, files }, isReplay);
  } finally {
    unlock(files.lock);
  }
}

/** Converts a {@link JournalError} to a {@link ResumeError}. */
function withHelp<T>(act: () => T, help = 'start the flow again, without --resume'): T {
  try {
    return act();
  } catch (error) {
    throw error instanceof JournalError ? new ResumeError(error.message, help) : error;
  }
}

/** The id of the run with the given id, prefix or ARN. */
function findRun(runs: string, id: string, file: string): string {
  // The name is the eighth part of an execution's ARN; that of an Express execution has one more part.
  const found = findRuns(runs, id.split(':')[7] ?? id);
  const [first, second] = found;
  if (first === undefined) throw new ResumeError(`there is no run "${id}"`, recent(runs));
  if (second !== undefined)
    throw new ResumeError(`"${id}" is the beginning of ${found.length} runs`, 'give more of it');
  const run = withHelp(() => startOf(filesOf(runs, first)));
  if (run.file === file) return first;
  throw new ResumeError(
    `the run ${first} is one of ${run.file}`,
    `name that flow: stepflow run ${run.file} --resume ${first}`,
  );
}

/** The id of the latest run of a flow that has not succeeded. */
function latestRun(runs: string, file: string): string {
  const left = listRuns(runs).find((run) => run.file === file && LEFT.has(run.status));
  if (left) return left.id;
  throw new ResumeError(`no run of ${file} was interrupted or has failed`, recent(runs));
}

/** What a run is of which something may be left to do. */
const LEFT: ReadonlySet<RunStatus> = new Set(['failed', 'cancelled', 'interrupted']);

const MAX_LISTED = 10;

function recent(runs: string): string {
  const list = listRuns(runs, MAX_LISTED);
  if (list.length === 0) return `no run has a journal in ${runs}; one that is started without --inputs gets one`;
  return `the latest runs are\n${list.map(line).join('\n')}`;
}

const line = ({ id, flow, at, status }: RecordedRun): string =>
  `    ${id}  ${new Date(at).toISOString().slice(0, 19)}Z  ${status.padEnd(11)}  ${flow}`;

function startOf(files: RunFiles): RunStarted {
  const { first } = readEnds(files.journal);
  if (first?.type !== 'run') throw new JournalError(`${files.journal} has no first record; the run cannot be resumed`);
  if (first.version === JOURNAL_VERSION) return first;
  throw new JournalError(
    `the run ${first.id} was started by another version of stepflow, and cannot be resumed by this one`,
  );
}

interface RunLocation extends FlowLocation {
  readonly files: RunFiles;
}

async function resumeLocked(options: ResumeOptions, location: RunLocation, isReplay: boolean): Promise<ResumedRun> {
  const { folders, home, file, files } = location;
  const { variables = {} } = options;
  const started = withHelp(() => startOf(files));
  const recorded = withHelp(() => asRecordedFlow(readFlowOf(files, started.flowHash), files));
  const { input, seal } = unseal(started, recorded, options);
  const records = withHelp(() => readJournal(files.journal, seal));
  const mocks = options.mocks ?? recorded.mocks;
  const path = started.file;
  const source = options.source ?? (existsSync(path) ? readTextFileSync(path) : undefined);
  const flow = declared(source, file);
  refuseVariables(Object.keys(variables), flow, started.id);
  const history = replayHistory(records, Date.now());
  if (isReplay && !history.hasSucceeded)
    throw new ResumeError(
      `the run ${started.id} has not succeeded`,
      `end it first: stepflow run ${file} --resume ${started.id}`,
    );
  const components = await loadComponents(recorded, history, mocks, location);
  const { diagnostics, loaded } = components;
  if (diagnostics.length > 0) return { result: refusalOf(diagnostics), diagnostics, warnings: [] };
  const ready = readyFlow(recorded, {
    diagnostics: [],
    origin: { file: started.file, textHash: recorded.textHash, mocks, folders },
    functions: loaded,
    load: components.load,
    canonical: location.canonical,
    store: folderStore(folders.blobs),
    secrets: secretsHere(flow, variables),
    files: home,
  });
  const run = await runOnce(ready, { ...options, input, executionName: started.id }, () =>
    continueRun(files, seal, history, started),
  );
  // Places in a text that has changed since would be wrong.
  const isSameText = source !== undefined && sha256(source) === recorded.textHash;
  const result = isSameText && flow ? locateFailure(run.result, { flow }) : run.result;
  return { ...run, result, warnings: changes(recorded, source, loaded) };
}

function asRecordedFlow(value: unknown, files: RunFiles): RecordedFlow {
  // It was written by this program, from a value of this type.
  if (isObject(value) && isObject(value.stateMachine) && isObject(value.inputBudget))
    return value as unknown as RecordedFlow;
  throw new JournalError(`${files.flow} holds no flow; the run cannot be resumed`);
}

/** Restores the secrets of the recorded input from the input that the user gives again. */
function unseal(
  started: RunStarted,
  { inputSchema = true }: RecordedFlow,
  { input: given }: ResumeOptions,
): { readonly input: Json; readonly seal: Seal } {
  const { id, sealed } = started;
  if (sealed && given === undefined)
    throw new ResumeError(
      `the input of the run ${id} has secrets, which its journal does not`,
      'give the same --input again',
    );
  const seal = new Seal(sealed && given !== undefined ? secretParts(given, inputSchema) : []);
  const restored = inputOf(started, seal);
  if (restored === undefined || (given !== undefined && !isDeepStrictEqual(given, restored)))
    throw new ResumeError(`the run ${id} was started with another input`, 'leave out --input, or give the same again');
  return { input: restored, seal };
}

interface Components {
  readonly diagnostics: readonly Diagnostic[];
  readonly loaded: ReadonlyMap<string, RunnableComponent>;
  readonly load: (path: string) => Promise<RunnableComponent | undefined>;
}

/** Loads the components that may be called: none if the run has succeeded. */
async function loadComponents(
  { steps }: RecordedFlow,
  history: ReplayHistory,
  mocks: Mocks,
  location: RunLocation,
): Promise<Components> {
  const { folders, file, lookup, canonical } = location;
  const load = createLoader(lookup.catalog, folders.bundles);
  const isMocked = mockMatcher(Object.keys(mocks), canonical);
  refuseMockedFusedStep(steps, isMocked);
  const calling = history.hasSucceeded ? [] : steps.filter((step) => !isMocked(step));
  const needed = requiredComponents(calling, file, lookup);
  const functions = await loadFunctions(needed.files, folders.bundles);
  const diagnostics = [...needed.diagnostics, ...functions.diagnostics];
  return { diagnostics, loaded: functions.loaded, load };
}

/** A mock cannot replace a step of a fused chain: the recorded state machine calls one function for the whole chain. */
function refuseMockedFusedStep(steps: readonly CompiledStep[], isMocked: (step: FusedStep) => boolean): void {
  const [step] = steps
    .filter(({ fusedBefore }) => fusedBefore !== undefined)
    .flatMap((fused) => membersOf(fused).filter(isMocked));
  if (!step) return;
  throw new ResumeError(
    `the step "${step.id}" cannot be mocked: in this run it shares one function with others`,
    'leave out its mock, or start a new run with it',
  );
}

/** The flow of the current file, used for its declared secrets only. Everything else is the recorded flow. */
const declared = (source: string | undefined, file: string): Flow | undefined =>
  source === undefined ? undefined : readFlow(source, file).flow;

function refuseVariables(names: readonly string[], flow: Flow | undefined, id: string): void {
  const secrets = flow && secretVariables(flow);
  const given = names.find((name) => secrets?.has(name) === false);
  if (given === undefined) return;
  throw new ResumeError(
    `the variables of the run ${id} were set at its start; "${given}" cannot change`,
    'give only the values of secret variables again',
  );
}

function changes(
  recorded: RecordedFlow,
  source: string | undefined,
  loaded: ReadonlyMap<string, RunnableComponent>,
): readonly string[] {
  const flow =
    source !== undefined && sha256(source) === recorded.textHash
      ? []
      : ['the flow has changed since the run began: the run went on with the flow as it was'];
  const components = [...loaded.values()]
    .filter(({ path, hash }) => recorded.bundles[path] !== undefined && recorded.bundles[path] !== hash)
    .map(({ path }) => `${path} has changed since the run began: steps that were not over ran with it as it is now`);
  return [...flow, ...components];
}
