import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { secretVariables } from '../../compiler/analyse/variables.ts';
import type { CompiledStep } from '../../compiler/compile.ts';
import { type FusedStep, membersOf } from '../../compiler/emit/frame.ts';
import type { Diagnostic } from '../../diagnostics/diagnostics.ts';
import type { Flow } from '../../flow/flow.ts';
import { readFlow } from '../../flow/read/read-flow.ts';
import type { FolderOptions } from '../../project/folders.ts';
import { loaderOf, loadFunctions } from '../../project/functions.ts';
import { type FlowPlace, placeOf, standsIn } from '../../project/open-flow.ts';
import { requiredComponents } from '../../project/required-components.ts';
import { isObject, type Json } from '../../protocol/json.ts';
import { sha256 } from '../../runtime/stores/blobs.ts';
import { folderStore } from '../../runtime/stores/folder-store.ts';
import type { Mocks } from '../mocks.ts';
import { type Loaded, readyFlow } from '../ready-flow.ts';
import { refuse } from '../report/outcome.ts';
import { type FlowRun, type RunOptions, runOnce } from '../run-once.ts';
import { secretParts, secretsHere } from '../secrets.ts';
import { goOn, type KeptFlow, takeLock } from './durable-run.ts';
import { type Past, pastOf } from './history.ts';
import { JournalError, readEnds, readJournal } from './journal.ts';
import { unlock } from './lock.ts';
import { type Beginning, JOURNAL_VERSION } from './records.ts';
import { filesOf, findRuns, listRuns, type RecordedRun, type RunFiles, readFlowOf } from './runs.ts';
import { Seal } from './seal.ts';

/** A run to go on with. */
export interface ResumeOptions extends FolderOptions, Omit<RunOptions, 'executionName' | 'journal'> {
  /** The run's id, or its beginning. */
  readonly id: string;
  /** The flow's file. */
  readonly file: string;
  /** The text of the flow's file. @default what is in it */
  readonly source?: string;
  /** Values of secret variables; all others are those that the run began with. */
  readonly variables?: { readonly [name: string]: Json };
  /** @default those that the run began with */
  readonly mocks?: Mocks;
}

/** How a resumed run ended, and what is not as it was when the run began. */
export interface ResumedRun extends FlowRun {
  readonly warnings: readonly string[];
}

/** A run that cannot be resumed, for a reason that the user can mend: which, and how. */
export class ResumeError extends Error {
  override readonly name = 'ResumeError';
  readonly help: string;
  constructor(message: string, help: string) {
    super(message);
    this.help = help;
  }
}

/**
 * Goes on with a run by its journal: what has ended is not done again, what was under way or failed is. The state machine
 * is the one that the run began with; components are as they are now. Of a run that has ended well the result is given
 * again. Rejects with a {@link ResumeError} where there is no such run, or it lacks something.
 */
export async function resumeFlow(options: ResumeOptions): Promise<ResumedRun> {
  const place = placeOf(options);
  const { file, home, folders } = place;
  const id = findRun(folders.runs, options.id, join(home, basename(file)));
  const files = filesOf(folders.runs, id);
  orRefuse(() => takeLock(files, id), 'wait for its end, or end it first');
  try {
    return await resumeLocked(options, { ...place, files });
  } finally {
    unlock(files.lock);
  }
}

/** What is wrong with a journal, told to who wants to resume its run. */
function orRefuse<T>(act: () => T, help = 'start the flow again, without --resume'): T {
  try {
    return act();
  } catch (error) {
    throw error instanceof JournalError ? new ResumeError(error.message, help) : error;
  }
}

/** The one run that was meant. */
function findRun(runs: string, id: string, file: string): string {
  // An execution's ARN ends with its name.
  // A whole ARN has the name eighth; that of an Express execution has one more part behind it.
  const found = findRuns(runs, id.split(':')[7] ?? id);
  const [first, second] = found;
  if (first === undefined) throw new ResumeError(`there is no run "${id}"`, recent(runs));
  if (second !== undefined)
    throw new ResumeError(`"${id}" is the beginning of ${found.length} runs`, 'give more of it');
  const run = orRefuse(() => beginningOf(filesOf(runs, first)));
  if (run.file === file) return first;
  throw new ResumeError(
    `the run ${first} is one of ${run.file}`,
    `name that flow: stepflow run ${run.file} --resume ${first}`,
  );
}

const MOST_LISTED = 10;

function recent(runs: string): string {
  const list = listRuns(runs, MOST_LISTED);
  if (list.length === 0) return `no run has a journal in ${runs}; one that is started without --inputs gets one`;
  return `the latest runs are\n${list.map(line).join('\n')}`;
}

const line = ({ id, flow, at, status }: RecordedRun): string =>
  `    ${id}  ${new Date(at).toISOString().slice(0, 19)}Z  ${status.padEnd(11)}  ${flow}`;

function beginningOf(files: RunFiles): Beginning {
  const { first } = readEnds(files.journal);
  if (first?.type !== 'run') throw new JournalError(`${files.journal} has no beginning; the run cannot be resumed`);
  if (first.version === JOURNAL_VERSION) return first;
  throw new JournalError(
    `the run ${first.id} was begun by another version of stepflow, and cannot be resumed by this one`,
  );
}

interface Place extends FlowPlace {
  readonly files: RunFiles;
}

async function resumeLocked(options: ResumeOptions, place: Place): Promise<ResumedRun> {
  const { folders, home, file, files } = place;
  const { variables = {} } = options;
  const beginning = beginningOf(files);
  const kept = orRefuse(() => keptFlow(readFlowOf(files), files));
  const { input, seal } = unseal(beginning, kept, options);
  const records = orRefuse(() => readJournal(files.journal, seal));
  const mocks = options.mocks ?? kept.mocks;
  const path = beginning.file;
  const source = options.source ?? (existsSync(path) ? readFileSync(path, 'utf8') : undefined);
  const flow = declared(source, file);
  refuseVariables(Object.keys(variables), flow, beginning.id);
  const past = pastOf(records, Date.now());
  const components = await loadComponents(kept, past, mocks, place);
  const { diagnostics, loaded } = components;
  if (diagnostics.length > 0) return { result: refuse(diagnostics), diagnostics, warnings: [] };
  const ready = readyFlow(kept, {
    diagnostics: [],
    origin: { file: beginning.file, textHash: kept.textHash, mocks, folders },
    functions: loaded,
    load: components.load,
    canonical: place.canonical,
    store: folderStore(folders.blobs),
    secrets: secretsHere(flow, variables),
    files: home,
  });
  const run = await runOnce(ready, { ...options, input, executionName: beginning.id }, () =>
    goOn(files, seal, past, beginning),
  );
  return { ...run, warnings: changes(kept, source, loaded) };
}

function keptFlow(value: unknown, files: RunFiles): KeptFlow {
  // It was written by this program, from a value of this type.
  if (isObject(value) && isObject(value.stateMachine) && isObject(value.inputBudget))
    return value as unknown as KeptFlow;
  throw new JournalError(`${files.flow} holds no flow; the run cannot be resumed`);
}

/** The input with the secrets that the journal does not have, which come with the input that is given again. */
function unseal(
  { id, input, sealed }: Beginning,
  { inputSchema = true }: KeptFlow,
  { input: given }: ResumeOptions,
): { readonly input: Json; readonly seal: Seal } {
  if (sealed && given === undefined)
    throw new ResumeError(
      `the input of the run ${id} has secrets, which its journal does not`,
      'give the same --input again',
    );
  const seal = new Seal(sealed && given !== undefined ? secretParts(given, inputSchema) : []);
  const known = opened(input, seal);
  if (known === undefined || (given !== undefined && !isDeepStrictEqual(given, known)))
    throw new ResumeError(`the run ${id} was started with another input`, 'leave out --input, or give the same again');
  return { input: known, seal };
}

/** Undefined where the seal is of other secrets. */
function opened(text: string, seal: Seal): Json | undefined {
  try {
    return JSON.parse(seal.open(text));
  } catch {
    return undefined;
  }
}

interface Components {
  readonly diagnostics: readonly Diagnostic[];
  readonly loaded: ReadonlyMap<string, Loaded>;
  readonly load: (path: string) => Promise<Loaded | undefined>;
}

/** Loads what may be called: nothing where the run has ended well. */
async function loadComponents({ steps }: KeptFlow, past: Past, mocks: Mocks, place: Place): Promise<Components> {
  const { folders, file, lookup, canonical } = place;
  const load = loaderOf(lookup.catalog, folders.bundles);
  const isMocked = standsIn(Object.keys(mocks), canonical);
  refuseMockedLink(steps, isMocked);
  const calling = past.endedWell ? [] : steps.filter((step) => !isMocked(step));
  const needed = requiredComponents(calling, file, lookup);
  const functions = await loadFunctions(needed.files, folders.bundles);
  const diagnostics = [...needed.diagnostics, ...functions.diagnostics];
  return { diagnostics, loaded: functions.loaded, load };
}

/** The run has its state machine since it began: in that a step of a chain has no call of its own. */
function refuseMockedLink(steps: readonly CompiledStep[], isMocked: (step: FusedStep) => boolean): void {
  const [link] = steps.filter(({ links }) => links !== undefined).flatMap((step) => membersOf(step).filter(isMocked));
  if (!link) return;
  throw new ResumeError(
    `nothing can stand in for the step "${link.id}", which has one function with others in this run`,
    'leave out its mock, or begin a new run with it',
  );
}

/** What the flow's file declares now: its secrets. The rest of the flow is the one that the run began with. */
const declared = (source: string | undefined, file: string): Flow | undefined =>
  source === undefined ? undefined : readFlow(source, file).flow;

function refuseVariables(names: readonly string[], flow: Flow | undefined, id: string): void {
  const secrets = flow && secretVariables(flow);
  const given = names.find((name) => secrets?.has(name) === false);
  if (given === undefined) return;
  throw new ResumeError(
    `the run ${id} has its variables since it began; "${given}" cannot be another`,
    'give only the values of secret variables again',
  );
}

function changes(kept: KeptFlow, source: string | undefined, loaded: ReadonlyMap<string, Loaded>): readonly string[] {
  const flow =
    source !== undefined && sha256(source) === kept.textHash
      ? []
      : ['the flow has changed since the run began: the run went on with the flow as it was'];
  const components = [...loaded.values()]
    .filter(({ path, hash }) => kept.bundles[path] !== undefined && kept.bundles[path] !== hash)
    .map(({ path }) => `${path} has changed since the run began: steps that were not over ran with it as it is now`);
  return [...flow, ...components];
}
