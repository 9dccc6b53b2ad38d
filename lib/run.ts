import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type Compiled, type CompiledStep, type CompileOptions, compile } from './compile.ts';
import type { Diagnostic } from './flow/diagnostics.ts';
import { beginRun } from './local/durable-run.ts';
import { type FolderOptions, foldersFor } from './local/folders.ts';
import { loaderOf, loadFunctions } from './local/functions.ts';
import { MockBook, type Mocks } from './local/mocks.ts';
import { componentsFor, isOwn, lookupIn } from './local/needed.ts';
import { refuse } from './local/outcome.ts';
import { profileBeside } from './local/profile-file.ts';
import { type ReadyFlow, readyFlow } from './local/ready-flow.ts';
import { type FlowRun, type OpenJournal, type RunOptions, runOnce } from './local/run-once.ts';
import { hasSecretHere, inputScrubber, secretsHere } from './local/secrets.ts';
import { isBroken, withProfiles } from './plan/profile.ts';
import { sha256 } from './runtime/blobs.ts';
import { folderStore } from './runtime/folder-store.ts';
import type { Json } from './runtime/json.ts';

export { checkFlows } from './local/check-flows.ts';
export { type ComponentSummary, describeComponents } from './local/describe-components.ts';
export type { FlowResult, RunEvent } from './local/events.ts';
export { type Mocks, parseMocks } from './local/mocks.ts';
export { type ResumedRun, ResumeError, type ResumeOptions, resumeFlow } from './local/resume.ts';
export type { FlowRun, RunOptions } from './local/run-once.ts';

/** A flow, and what to run it with. */
export interface FlowOptions extends FolderOptions, CompileOptions {
  /** The flow's text. @default what is in `file` */
  readonly source?: string;
  /** What stands in for components, by step id or component path. */
  readonly mocks?: Mocks;
}

/** A flow that is compiled and whose components are loaded: it may run any number of times, also at once. */
export interface PreparedFlow {
  readonly name: string;
  /** Of the flow and its components. Where one is an error, every run is refused. */
  readonly diagnostics: readonly Diagnostic[];
  readonly examples: Compiled['examples'];
  /** Whether it makes a difference what its input is: it reads it, or has a schema for it. */
  readonly takesInput: boolean;
  /** The text of an input as reports may show it: what its schema says is secret is masked, character by character. */
  readonly showInput: (input: Json, text: string) => string;
  readonly run: (options?: RunOptions) => Promise<FlowRun>;
}

/**
 * Runs a flow on this machine: the compiled state machine in the local engine, with the component bundles that would be
 * deployed. Whatever the flow, its input and its components do is in the answer; rejects only where the flow's file
 * cannot be read, or for a fault of ours.
 */
export async function runFlow(options: FlowOptions & RunOptions): Promise<FlowRun> {
  const flow = await prepareFlow(options);
  return flow.run(options);
}

/** Compiles a flow and loads its components, for any number of runs. Rejects where the flow's file cannot be read. */
export async function prepareFlow(options: FlowOptions): Promise<PreparedFlow> {
  const { file = 'flow.yaml', home = dirname(resolve(file)), mocks = {} } = options;
  // 1. The flow's text becomes a state machine.
  const { variables = {} } = options;
  const hasSecret = hasSecretHere(variables);
  const source = options.source ?? (await readFile(file, 'utf8'));
  const folders = foldersFor(home, options);
  const lookup = lookupIn(folders);
  const canonical = (path: string): string => lookup.catalog.resolve(path)?.path ?? path;
  const mocked = new MockBook(mocks, canonical);
  const isMocked = ({ id, component }: Pick<CompiledStep, 'id' | 'component'>): boolean =>
    mocked.has(id, canonical(component));
  const opaque: CompileOptions['opaque'] = (step) => isMocked(step) || isOwn(lookup)(step);
  const beside = options.profile === undefined ? profileBeside(file, home) : undefined;
  const given = { hasSecret, opaque, mocked: isMocked, ...(beside?.profile && { profile: beside.profile }) };
  const found = compile(source, { ...given, ...options, file });
  const compiled = { ...found, diagnostics: withProfiles([beside], found) };
  const { stateMachine, flow, inputBudget } = compiled;
  if (!stateMachine || !flow || !inputBudget || isBroken(beside)) return refused(compiled, []);

  // 2. The components that its steps call, unless a mock stands in, become functions.
  const calling = compiled.steps.filter((step) => !isMocked(step));
  const needed = componentsFor(calling, file, lookup);
  if (needed.diagnostics.length > 0) return refused(compiled, needed.diagnostics);
  const functions = await loadFunctions(needed.files, folders.bundles);
  if (functions.diagnostics.length > 0) return refused(compiled, functions.diagnostics);

  // 3. Each run gives the state machine to the engine, whose tasks call those functions.
  const ready = readyFlow(
    { ...compiled, stateMachine, inputBudget },
    {
      diagnostics: compiled.diagnostics,
      origin: { file: join(home, basename(file)), textHash: sha256(source), mocks, folders },
      functions: functions.loaded,
      load: loaderOf(lookup.catalog, folders.bundles),
      canonical,
      store: folderStore(folders.blobs),
      secrets: secretsHere(flow, variables),
      files: home,
    },
  );
  return { ...outline(compiled), run: (given = {}) => runOnce(ready, given, given.journal ? begin(ready) : undefined) };
}

const begin =
  (flow: ReadyFlow): OpenJournal =>
  (name, input) =>
    beginRun(flow, name, input);

const outline = (compiled: Compiled): Omit<PreparedFlow, 'run'> => ({
  name: compiled.name,
  diagnostics: compiled.diagnostics,
  examples: compiled.examples,
  takesInput: compiled.inputSchema !== undefined || (compiled.inputBudget?.reads.length ?? 0) > 0,
  showInput: (input, text) => inputScrubber(input, compiled.inputSchema).mask(text),
});

function refused(compiled: Compiled, more: readonly Diagnostic[]): PreparedFlow {
  const diagnostics = [...compiled.diagnostics, ...more];
  return { ...outline(compiled), diagnostics, run: async () => ({ result: refuse(diagnostics), diagnostics }) };
}
