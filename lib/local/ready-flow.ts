import type { StateMachine } from '../asl/state-machine.ts';
import type { Compiled } from '../compile.ts';
import type { LoadedComponent } from '../components/index.ts';
import type { S3Objects } from '../engine/index.ts';
import { FlowError } from '../runtime/errors.ts';
import type { ObjectStore } from '../runtime/object-store.ts';
import type { SecretSource } from '../runtime/secrets.ts';
import type { InputBudget } from '../runtime/spill-input.ts';
import type { Handler } from '../runtime/wrapper.ts';
import { folderObjects } from './folder-objects.ts';
import type { Folders } from './folders.ts';
import { guardsOf } from './guards.ts';
import { mockHandler } from './mock-component.ts';
import { MockBook, type Mocks } from './mocks.ts';
import type { FindHandler } from './resolver.ts';
import { type WaitGraph, waitGraph } from './wait-graph.ts';

/** What is run of a compiled flow: all that a run needs of it, and JSON. */
export interface Runnable extends Pick<Compiled, 'name' | 'type' | 'machines' | 'steps' | 'absorbed' | 'inputSchema'> {
  readonly stateMachine: StateMachine;
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
export type Loaded = Pick<LoadedComponent, 'path' | 'entry' | 'hash' | 'handler' | 'memorySize' | 'timeout'>;

/** What surrounds the runs of a flow. */
export interface Surroundings extends Pick<Compiled, 'diagnostics'> {
  readonly origin: Origin;
  /** Functions by the component's own path. */
  readonly functions: ReadonlyMap<string, Loaded>;
  /** Loads one more component, for a flow that is only known while this one runs; undefined where there is none. */
  readonly load: (path: string) => Promise<Loaded | undefined>;
  /** Spells a component's path in one way. */
  readonly canonical: (component: string) => string;
  readonly store: ObjectStore;
  readonly secrets: SecretSource;
  /** The folder of the files that belong to the flow. */
  readonly files: string;
}

/** All that runs of a flow share. */
export interface ReadyFlow extends Surroundings {
  readonly runs: Runnable;
  /** From the names of the steps' guards to those of their Task states. */
  readonly guards: ReadonlyMap<string, string>;
  readonly waits: WaitGraph;
  /** What stands in for S3. */
  readonly objects: S3Objects;
}

/** Makes a flow ready to run, any number of times. */
export function readyFlow(runs: Runnable, surroundings: Surroundings): ReadyFlow {
  const { stateMachine, machines, steps } = runs;
  const states = new Set(steps.map(({ state }) => state));
  const all = [stateMachine, ...machines.map((nested) => nested.stateMachine)];
  const guards = new Map(all.flatMap((machine) => [...guardsOf(machine, states)]));
  const objects = folderObjects(surroundings.origin.folders.blobs);
  return { ...surroundings, runs, guards, objects, waits: waitGraph(stateMachine, machines) };
}

/** Finds functions for one run: mocks first, then the bundles. `handlerOf` gives the function of a loaded component. */
export function handlersOf(flow: ReadyFlow, handlerOf: (component: Loaded) => Handler): FindHandler {
  const { runs, origin, canonical, functions, load } = flow;
  // A fresh book: what is used up in one run is there again in the next.
  const mocks = new MockBook(origin.mocks, canonical);
  const own = new Set(runs.steps.map(({ state }) => state));
  return async (written, asking, state) => {
    // What the compiler calls besides, for a step but in another state, is not the step's to mock.
    const step = state === undefined || own.has(state) ? asking : state;
    const path = canonical(written);
    if (mocks.has(step, path)) return mockHandler(step, path, mocks);
    const component = functions.get(path) ?? (await load(path));
    if (component) return handlerOf(component);
    throw new FlowError('COMPONENT_NOT_FOUND', `step "${step}" calls ${written}, and there is no such component`);
  };
}
