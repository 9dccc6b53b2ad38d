import { type ExecutionResult, execute, type Mocks, mockResolver, type TaskResolver } from '../engine/index.ts';
import { type Catalog, findComponents } from '../project/components/index.ts';
import { loadFunctions } from '../project/components/load-functions.ts';
import { foldersFor } from '../project/folders.ts';
import { FlowError } from '../protocol/errors.ts';
import type { Json, JsonObject } from '../protocol/json.ts';
import { folderStore } from '../runtime/stores/folder-store.ts';
import type { Handler } from '../runtime/wrapper.ts';
import { folderObjects } from './objects/folder-objects.ts';
import { componentOf, componentResolver, type FindHandler } from './tasks/component-resolver.ts';
import { machineResolver, type NamedDefinition } from './tasks/nested-machines.ts';

/** A state machine to run. */
export interface DefinitionOptions {
  readonly definition: JsonObject;
  readonly input: Json;
  readonly mocks: Mocks;
  /** The folder that components are looked up from. */
  readonly home: string;
  /** The state machines that it starts, or one of these another. @default none */
  readonly nestedMachines?: readonly NamedDefinition[];
  readonly signal?: AbortSignal;
}

/** How a state machine ran. */
export interface DefinitionRun extends Pick<ExecutionResult, 'status' | 'output' | 'error' | 'cause' | 'events'> {
  /** The names of the states entered, in order. */
  readonly entered: readonly string[];
}

/**
 * Runs any state machine in the local engine: tasks that are mocked by their mocks, tasks that call components by these.
 * Rejects with the engine's DefinitionError where it is no state machine, with its MockError where no mock fits a call.
 */
export async function runDefinition(options: DefinitionOptions): Promise<DefinitionRun> {
  const { definition, input, mocks, home, signal } = options;
  const folders = foldersFor(home);
  const find = componentsIn(findComponents({ folders: folders.components }), folders.bundles);
  const real = componentResolver(find, { store: folderStore(folders.blobs), log: () => {} });
  const nested = machineResolver(options.nestedMachines ?? []);
  const entered: string[] = [];
  const { status, output, error, cause, events } = await execute(definition, {
    input,
    resolver: mocksElse(mocks, real),
    objects: folderObjects(folders.blobs),
    // A state that has mocks starts nothing.
    nestedMachines: (arn, request) => (mocks.byState?.[request.stateName] ? undefined : nested(arn, request)),
    onEvent: ({ type, stateName }) => {
      if (type.endsWith('StateEntered') && stateName !== undefined) entered.push(stateName);
    },
    ...(signal && { signal }),
  });
  const ended = { ...(output !== undefined && { output }), ...(error !== undefined && { error }) };
  return { status, ...ended, ...(cause !== undefined && { cause }), entered, events };
}

/** A state that has mocks is answered by them; of the others, those that call components by these. */
function mocksElse(mocks: Mocks, real: TaskResolver): TaskResolver {
  const mocked = mockResolver(mocks);
  return (request) =>
    componentOf(request) === undefined || mocks.byState?.[request.stateName] ? mocked(request) : real(request);
}

/** Finds components by their paths; each is bundled when it is first called. */
function componentsIn(catalog: Catalog, bundles: string): FindHandler {
  const known = new Map<string, Promise<Handler>>();
  const load = async (path: string): Promise<Handler> => {
    const file = catalog.resolve(path);
    if (!file) throw new FlowError('COMPONENT_NOT_FOUND', `there is no component "${path}"`);
    const { loaded, diagnostics } = await loadFunctions([file], bundles);
    const component = loaded.get(file.path);
    if (component) return component.handler;
    throw new FlowError('COMPONENT_FAILED', diagnostics.map(({ message }) => message).join('; '));
  };
  return (path) => {
    const loading = known.get(path) ?? load(path);
    known.set(path, loading);
    return loading;
  };
}
