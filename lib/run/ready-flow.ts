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

/** What is run of a compiled flow: all that a run needs of it, and JSON. */
export interface Runnable
  extends Pick<Compiled, 'name' | 'type' | 'nestedMachines' | 'steps' | 'absorbed' | 'inputSchema'> {
  readonly stateMachine: StateMachine;
  readonly sourceMap: SourceMap;
  readonly inputBudget: InputBudget;
}

/** Where a flow comes from, and what it runs with. */
export interface Origin {
  /** Its file, absolute; files that it names are beside it. */
  readonly file: string;
  /** The hex SHA-256 of its text. */
  readonly textHash: string;
  readonly mocks: Mocks;
  readonly folders: Folders;
}

/** A component that is loaded. */
export type RunnableComponent = Pick<LoadedComponent, 'path' | 'entry' | 'hash' | 'handler' | 'memorySize' | 'timeout'>;

/** What surrounds the runs of a flow. */
export interface RunEnvironment extends Pick<Compiled, 'diagnostics'> {
  readonly origin: Origin;
  /** Functions by the component's own path. */
  readonly functions: ReadonlyMap<string, RunnableComponent>;
  /** Loads one more component, for a flow that is only known while this one runs; undefined where there is none. */
  readonly load: (path: string) => Promise<RunnableComponent | undefined>;
  /** Spells a component's path in one way. */
  readonly canonical: (component: string) => string;
  readonly store: ObjectStore;
  readonly secrets: SecretSource;
  /** The folder of the files that belong to the flow. */
  readonly files: string;
}

/** All that runs of a flow share. */
export interface ReadyFlow extends RunEnvironment {
  readonly compiled: Runnable;
  /** What stands in for S3. */
  readonly objects: S3Objects;
}

/** Makes a flow ready to run, any number of times. */
export function readyFlow(runs: Runnable, surroundings: RunEnvironment): ReadyFlow {
  return { ...surroundings, compiled: runs, objects: folderObjects(surroundings.origin.folders.blobs) };
}

/** Finds functions for one run: mocks first, then the bundles. `handlerOf` gives the function of a loaded component. */
export function handlersOf(flow: ReadyFlow, handlerOf: (component: RunnableComponent) => Handler): FindHandler {
  const { compiled: runs, origin, canonical, functions, load } = flow;
  // A fresh book: what is used up in one run is there again in the next.
  const mocks = new MockSelector(origin.mocks, canonical);
  const { states } = runs.sourceMap;
  return async (written, asking, state) => {
    const source = state === undefined ? undefined : states[state];
    // What the compiler calls besides, to move a step's values, is not the step's to mock.
    const step = state === undefined || (source && callsOwnFunction(source)) ? asking : state;
    const path = canonical(written);
    if (mocks.has(step, path)) return mockHandler(step, path, mocks);
    const component = functions.get(path) ?? (await load(path));
    if (component) return handlerOf(component);
    throw new FlowError('COMPONENT_NOT_FOUND', `step "${step}" calls ${written}, and there is no such component`);
  };
}
