import { basename, join } from 'node:path';
import type { Compiled, CompileOptions } from '../compiler/compile.ts';
import { type Diagnostic, hasError } from '../diagnostics/diagnostics.ts';
import { createLoader } from '../project/components/load-functions.ts';
import type { FolderOptions, Folders } from '../project/folders.ts';
import { type LoadedFlow, loadFlow, type SharedComponents } from '../project/load-flows.ts';
import { openFlow } from '../project/open-flow.ts';
import { readTextFile } from '../project/text-files.ts';
import type { Json } from '../protocol/json.ts';
import { sha256 } from '../runtime/stores/blobs.ts';
import { folderStore } from '../runtime/stores/folder-store.ts';
import { flowHashOf, openSharedRun, startRun } from './durable/durable-run.ts';
import { hasSecretHere, inputScrubber, secretsHere } from './input/secrets.ts';
import { type ReadyFlow, readyFlow } from './ready-flow.ts';
import { locateFailure } from './report/failure-location.ts';
import { refusalOf } from './report/outcome.ts';
import { type FlowRun, type OpenJournal, type RunOptions, runOnce } from './run-once.ts';
import type { Mocks } from './tasks/mocks.ts';

export { type ComponentSummary, describeComponents } from '../project/components/describe-components.ts';
export { type ResumedRun, ResumeError, type ResumeOptions, replayRun, resumeFlow } from './durable/resume.ts';
export type { FlowResult, RunEvent } from './report/events.ts';
export type { FlowRun, RunOptions } from './run-once.ts';
export { type Mocks, parseMocks } from './tasks/mocks.ts';

/** A flow, and the options of its runs. */
export interface FlowOptions extends FolderOptions, Omit<CompileOptions, 'opaque' | 'mocked'> {
  /** The flow's text. @default the content of `file` */
  readonly source?: string;
  /** Mocks by step id or component path. */
  readonly mocks?: Mocks;
}

/** A compiled flow with its components loaded. It may run any number of times, also concurrently. */
export interface PreparedFlow {
  readonly name: string;
  /** Of the flow and its components. If one is an error, every run is refused. */
  readonly diagnostics: readonly Diagnostic[];
  readonly examples: Compiled['examples'];
  /** Whether it reads its input or has a schema for it. */
  readonly takesInput: boolean;
  /** The text of an input for reports, with its secrets masked by `*` of the same length. */
  readonly showInput: (input: Json, text: string) => string;
  readonly run: (options?: RunOptions) => Promise<FlowRun>;
  readonly compiled: Compiled;
  /** The memory of a component's function, in MB; undefined if it declares none. */
  readonly memoryOf: (component: string) => number | undefined;
  readonly folders: Folders;
  /** The hash of what it is compiled to, with its mocks: runs of the same hash do the same. @default '' where it is refused */
  readonly hash: () => string;
}

/**
 * Runs a flow locally: the compiled state machine in the local engine, with the component bundles that would be deployed.
 * Failures of the flow, its input and its components are results; rejects only if the flow's file cannot be read, or for
 * an internal error.
 */
export async function runFlow(options: FlowOptions & RunOptions): Promise<FlowRun> {
  const flow = await prepareFlow(options);
  return flow.run(options);
}

/**
 * Compiles a flow and loads its components, for any number of runs. The diagnostics are those of `validate`; an error among
 * them refuses all runs. Rejects if the flow's file cannot be read.
 */
export async function prepareFlow(options: FlowOptions, shared?: SharedComponents): Promise<PreparedFlow> {
  const { file = 'flow.yaml', mocks = {}, variables = {} } = options;
  const source = options.source ?? (await readTextFile(file));
  const openOptions = {
    ...{ hasSecret: hasSecretHere(variables), variablesAreGiven: true },
    ...options,
    source,
    mockTargets: Object.keys(mocks),
  };
  const flow = await loadFlow(openFlow(openOptions, shared?.lookupIn), shared);
  return prepareLoaded(flow, { mocks, variables });
}

/** Prepares runs of a flow whose components are loaded. */
export function prepareLoaded(
  flow: LoadedFlow,
  { mocks = {}, variables = {} }: Pick<FlowOptions, 'mocks' | 'variables'>,
): PreparedFlow {
  const { compiled, file, home, folders, lookup, canonical } = flow;
  const diagnostics = [...flow.diagnostics, ...flow.faults];
  const { stateMachine, inputBudget } = compiled;
  if (!stateMachine || !inputBudget || hasError(diagnostics)) return refused(flow, diagnostics);

  const ready = readyFlow(
    { ...compiled, stateMachine, inputBudget },
    {
      diagnostics,
      origin: { file: join(home, basename(file)), textHash: sha256(flow.source), mocks, folders },
      functions: flow.functions,
      load: createLoader(lookup.catalog, folders.bundles),
      canonical,
      store: folderStore(folders.blobs),
      secrets: secretsHere(compiled.flow, variables),
      files: home,
    },
  );
  const run: PreparedFlow['run'] = async (runOptions = {}) => {
    const ran = await runOnce(ready, runOptions, journalOf(ready, runOptions.journal));
    return { ...ran, result: locateFailure(ran.result, compiled) };
  };
  const memoryOf = (component: string): number | undefined => flow.functions.get(canonical(component))?.memorySize;
  return { ...outline(compiled), diagnostics, run, memoryOf, folders, hash: () => flowHashOf(ready) };
}

function journalOf(flow: ReadyFlow, journal: RunOptions['journal'] = false): OpenJournal | undefined {
  if (journal === false) return undefined;
  if (journal === true) return (name, input) => startRun(flow, name, input);
  return (name, input) => openSharedRun(flow, journal, name, input);
}

const outline = (compiled: Compiled): Omit<PreparedFlow, 'run' | 'diagnostics' | 'memoryOf' | 'folders' | 'hash'> => ({
  compiled,
  name: compiled.name,
  examples: compiled.examples,
  takesInput: compiled.inputSchema !== undefined || (compiled.inputBudget?.reads.length ?? 0) > 0,
  showInput: (input, text) => inputScrubber(input, compiled.inputSchema).mask(text),
});

const refused = ({ compiled, folders }: LoadedFlow, diagnostics: readonly Diagnostic[]): PreparedFlow => ({
  ...outline(compiled),
  ...{ diagnostics, folders },
  hash: () => '',
  run: async () => ({ result: refusalOf(diagnostics), diagnostics }),
  memoryOf: () => undefined,
});
