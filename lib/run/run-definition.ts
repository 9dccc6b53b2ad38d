import { type ExecutionResult, execute, type Mocks, mockResolver, type TaskResolver } from '../engine/index.ts';
import { type Catalog, findComponents } from '../project/components/index.ts';
import { loadFunctions } from '../project/components/load-functions.ts';
import { foldersFor } from '../project/folders.ts';
import { lateMessage } from '../project/host/containment.ts';
import { printError } from '../project/host/output.ts';
import { FlowError } from '../protocol/errors.ts';
import type { Json, JsonObject } from '../protocol/json.ts';
import { nameOfExecution } from '../protocol/waiting.ts';
import { folderStore } from '../runtime/stores/folder-store.ts';
import type { Handler } from '../runtime/wrapper.ts';
import { HostedRun } from './hosted-run.ts';
import { secretsHere } from './input/secrets.ts';
import { folderObjects } from './objects/folder-objects.ts';
import { Secrecy } from './secrecy.ts';
import { componentOf, componentResolver, type FindHandler } from './tasks/component-resolver.ts';
import { machineResolver, type NamedDefinition } from './tasks/nested-machines.ts';
import { LocalAnswers } from './waiting/local-answers.ts';

/** A state machine to run. */
export interface DefinitionOptions {
  readonly definition: JsonObject;
  readonly input: Json;
  readonly mocks: Mocks;
  /** @default 'STANDARD' */
  readonly type?: 'STANDARD' | 'EXPRESS';
  /** The folder that components are looked up from. */
  readonly home: string;
  /** The state machines that it starts, directly or indirectly. @default none */
  readonly nestedMachines?: readonly NamedDefinition[];
  readonly signal?: AbortSignal;
  /** Receives what components print, line by line. @default standard error */
  readonly print?: (line: string) => void;
}

/** The outcome of running a state machine. */
export interface DefinitionRun extends Pick<ExecutionResult, 'status' | 'output' | 'error' | 'cause' | 'events'> {
  /** The names of the states entered, in order. */
  readonly entered: readonly string[];
}

/**
 * Runs any state machine in the local engine: mocked tasks use their mocks, other tasks call their components. Rejects
 * with the engine's DefinitionError for an invalid definition, and its MockError if no mock matches a call.
 */
export async function runDefinition(options: DefinitionOptions): Promise<DefinitionRun> {
  const { definition, input, mocks, type = 'STANDARD', home, signal, print = printError } = options;
  const folders = foldersFor(home);
  const stopped = new AbortController();
  const secrecy = new Secrecy();
  const lines = secrecy.output(print);
  const hosted = new HostedRun({
    folders,
    print: lines.add,
    onLate: (late) => stopped.abort(new Error(lateMessage(late))),
  });
  const find = componentsIn(findComponents({ folders: folders.components }), folders.bundles, hosted);
  const real = componentResolver(find, {
    store: folderStore(folders.blobs),
    secrets: secrecy.source(secretsHere(undefined, {})),
    log: () => {},
    hideSecrets: secrecy.text,
    answers: new LocalAnswers(folders.blobs, ({ execution, step }) =>
      lines.add(`step "${step}" waits for an answer: stepflow waiting ${nameOfExecution(execution)}`),
    ),
  });
  const nested = machineResolver(options.nestedMachines ?? []);
  const entered: string[] = [];
  const executing = execute(definition, {
    input,
    type,
    resolver: mocksElse(mocks, real),
    objects: folderObjects(folders.blobs),
    // A mocked state starts no state machine.
    nestedMachines: (arn, request) => (mocks.byState?.[request.stateName] ? undefined : nested(arn, request)),
    onEvent: ({ type, stateName }) => {
      if (type.endsWith('StateEntered') && stateName !== undefined) entered.push(stateName);
    },
    signal: signal ? AbortSignal.any([signal, stopped.signal]) : stopped.signal,
  });
  const { status, output, error, cause, events } = await executing.finally(() => hosted.close());
  lines.flush();
  const ended = { ...(output !== undefined && { output }), ...(error !== undefined && { error }) };
  return { status, ...ended, ...(cause !== undefined && { cause }), entered, events };
}

/** Resolves a task by the mocks of its state, else by its component. */
function mocksElse(mocks: Mocks, real: TaskResolver): TaskResolver {
  const mocked = mockResolver(mocks);
  return (request) =>
    componentOf(request) === undefined || mocks.byState?.[request.stateName] ? mocked(request) : real(request);
}

/** Finds components by path; each is bundled at its first call. */
function componentsIn(catalog: Catalog, bundles: string, hosted: HostedRun): FindHandler {
  const cache = new Map<string, Promise<Handler>>();
  const load = async (path: string): Promise<Handler> => {
    const file = catalog.resolve(path);
    if (!file) throw new FlowError('COMPONENT_NOT_FOUND', `there is no component "${path}"`);
    const { loaded, diagnostics } = await loadFunctions([file], bundles);
    const component = loaded.get(file.path);
    if (component) return hosted.handlerOf(component);
    throw new FlowError('COMPONENT_FAILED', diagnostics.map(({ message }) => message).join('; '));
  };
  return (path) => {
    const loading = cache.get(path) ?? load(path);
    cache.set(path, loading);
    return loading;
  };
}
