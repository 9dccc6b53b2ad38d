import type { StateMachine } from '../asl/state-machine.ts';
import type { Compiled } from '../compiler/compile.ts';
import { callsOwnFunction, type SourceMap } from '../compiler/source-map.ts';
import type { S3Objects } from '../engine/index.ts';
import type { LoadedComponent } from '../project/components/index.ts';
import type { Folders } from '../project/folders.ts';
import { FlowError } from '../protocol/errors.ts';
import type { SecretSource } from '../runtime/secrets/secrets.ts';
import type { InputBudget } from '../runtime/spill/spill-input.ts';
import type { ObjectStore } from '../runtime/stores/object-store.ts';
import type { Handler } from '../runtime/wrapper.ts';
import { folderObjects } from './objects/folder-objects.ts';
import type { FindHandler } from './tasks/component-resolver.ts';
import { mockHandler } from './tasks/mock-component.ts';
import { MockSelector, type Mocks } from './tasks/mocks.ts';

/** The part of a compiled flow that a run needs. It can be stored as JSON. */
export interface Runnable
  extends Pick<Compiled, 'name' | 'type' | 'nestedMachines' | 'steps' | 'absorbed' | 'inputSchema'> {
  readonly stateMachine: StateMachine;
  readonly sourceMap: SourceMap;
  readonly inputBudget: InputBudget;
  /** Its graph. Not stored: absent of a run that is resumed. */
  readonly plan?: Compiled['plan'];
}

/** A flow's source, mocks and folders. */
export interface Origin {
  /** Its file, absolute. Paths in the flow are relative to its folder. */
  readonly file: string;
  /** The hex SHA-256 of its text. */
  readonly textHash: string;
  readonly mocks: Mocks;
  readonly folders: Folders;
}

/** A loaded component. */
export type RunnableComponent = Pick<LoadedComponent, 'path' | 'entry' | 'hash' | 'handler' | 'memorySize' | 'timeout'>;

/** The environment of a flow's runs. */
export interface RunEnvironment extends Pick<Compiled, 'diagnostics'> {
  readonly origin: Origin;
  /** Functions by the component's own path. */
  readonly functions: ReadonlyMap<string, RunnableComponent>;
  /** Loads another component, for a flow that is only known at run time; undefined if there is none. */
  readonly load: (path: string) => Promise<RunnableComponent | undefined>;
  /** Resolves an alias of a component to its path. */
  readonly canonical: (component: string) => string;
  readonly store: ObjectStore;
  readonly secrets: SecretSource;
  /** The folder of the flow's files. */
  readonly files: string;
}

/** A flow that is ready to run: shared by all its runs. */
export interface ReadyFlow extends RunEnvironment {
  readonly compiled: Runnable;
  /** The local S3. */
  readonly objects: S3Objects;
}

/** Makes a flow ready for any number of runs. */
export function readyFlow(compiled: Runnable, environment: RunEnvironment): ReadyFlow {
  return { ...environment, compiled, objects: folderObjects(environment.origin.folders.blobs) };
}

/** Finds the functions of one run: mocks take precedence over bundles. `handlerOf` returns the function of a component. */
export function handlersOf(flow: ReadyFlow, handlerOf: (component: RunnableComponent) => Handler): FindHandler {
  const { compiled, origin, canonical, functions, load } = flow;
  // Uses of mocks are counted for each run.
  const mocks = new MockSelector(origin.mocks, canonical);
  const { states } = compiled.sourceMap;
  return async (written, callingStep, state) => {
    const source = state === undefined ? undefined : states[state];
    // Functions that the compiler calls to move a step's values are not the step's own: its mock does not replace them.
    const step = state === undefined || (source && callsOwnFunction(source)) ? callingStep : state;
    const path = canonical(written);
    if (mocks.has(step, path)) return mockHandler(step, path, mocks);
    const component = functions.get(path) ?? (await load(path));
    if (component) return handlerOf(component);
    throw new FlowError('COMPONENT_NOT_FOUND', `step "${step}" calls ${written}, and there is no such component`);
  };
}
