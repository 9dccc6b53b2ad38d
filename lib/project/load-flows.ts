import type { ComponentSchemas } from '../compiler/check/index.ts';
import type { Diagnostic } from '../diagnostics/diagnostics.ts';
import { checkFlow, distinct } from './check-flow.ts';
import type { ComponentFile, LoadedComponent } from './components/index.ts';
import { type LoadOutcome, loadOutcomes } from './components/load-functions.ts';
import { type Lookup, lookupIn } from './components/required-components.ts';
import type { Folders } from './folders.ts';
import { type OpenedFlow, type OpenOptions, openFlow } from './open-flow.ts';

/** By the component's file. */
type LoadOutcomes = ReadonlyMap<ComponentFile, LoadOutcome>;

/** Shared by flows that are opened together: a project's components are looked up once, and each is loaded once. */
export class SharedComponents {
  readonly #lookups = new Map<string, Lookup>();
  /** The batch in which a component is loaded, by the folder of the bundles, then by component. */
  readonly #batches = new Map<string, Map<ComponentFile, Promise<LoadOutcomes>>>();

  readonly lookupIn = (folders: Folders): Lookup => {
    const key = JSON.stringify([folders.project, folders.components]);
    const lookup = this.#lookups.get(key) ?? lookupIn(folders);
    this.#lookups.set(key, lookup);
    return lookup;
  };

  /** Loads the components that have not been loaded before, as one batch. `bundles`: the folder for bundles. */
  async load(files: readonly ComponentFile[], bundles: string): Promise<LoadOutcomes> {
    const known = this.#batches.get(bundles) ?? new Map<ComponentFile, Promise<LoadOutcomes>>();
    this.#batches.set(bundles, known);
    const pending = files.filter((file) => !known.has(file));
    const batch = pending.length > 0 ? loadOutcomes(pending, bundles) : undefined;
    if (batch) for (const file of pending) known.set(file, batch);
    const batches = await Promise.all(new Set(files.map((file) => known.get(file))));
    return new Map(batches.flatMap((outcomes) => [...(outcomes ?? [])]));
  }
}

/** An opened flow with its components loaded. */
export interface LoadedFlow extends OpenedFlow {
  /** The functions that it calls, by the components' own paths. */
  readonly functions: ReadonlyMap<string, LoadedComponent>;
  /** Of the profile and the flow, including checks against the components' schemas. */
  readonly diagnostics: readonly Diagnostic[];
  /** Of required components that cannot be bundled or loaded. */
  readonly faults: readonly Diagnostic[];
}

/** Loads the components of a flow, and checks the flow against their schemas. */
export async function loadFlow(opened: OpenedFlow, shared = new SharedComponents()): Promise<LoadedFlow> {
  const { called, named, mocked } = opened.components;
  const outcomes = await shared.load(filesOf(opened), opened.folders.bundles);
  const loaded = loadedOf([...named, ...mocked], outcomes);
  const schemas = new Map(
    [...loaded].map(([path, one]): [string, ComponentSchemas] => {
      return [path, { input: one.inputSchema, output: one.outputSchema }];
    }),
  );
  return {
    ...opened,
    functions: loadedOf(called, outcomes),
    diagnostics: checkFlow(opened, schemas),
    faults: faultsOf([...called, ...named], outcomes),
  };
}

const filesOf = ({ components: { called, named, mocked } }: OpenedFlow): readonly ComponentFile[] => [
  ...new Set([...called, ...named, ...mocked]),
];

const isLoaded = (loading: LoadOutcome): loading is LoadedComponent => 'handler' in loading;

function loadedOf(files: readonly ComponentFile[], outcomes: LoadOutcomes): ReadonlyMap<string, LoadedComponent> {
  const found = files.map((file) => outcomes.get(file) ?? []);
  return new Map(found.filter(isLoaded).map((one) => [one.path, one]));
}

function faultsOf(files: readonly ComponentFile[], outcomes: LoadOutcomes): readonly Diagnostic[] {
  return distinct(
    files.flatMap((file) => {
      const loading = outcomes.get(file) ?? [];
      return isLoaded(loading) ? [] : loading;
    }),
  );
}

/**
 * All diagnostics of flows and of the components that they use, without running them. The components of all flows are
 * loaded together, for their schemas; unused components are not loaded.
 */
export async function checkFlows(
  flows: readonly OpenOptions[],
  shared = new SharedComponents(),
): Promise<readonly Diagnostic[]> {
  const opened = flows.map((flow) => openFlow(flow, shared.lookupIn));
  for (const bundles of new Set(opened.map(({ folders }) => folders.bundles))) {
    const files = opened.filter(({ folders }) => folders.bundles === bundles).flatMap(filesOf);
    await shared.load([...new Set(files)], bundles);
  }
  const loaded = await Promise.all(opened.map((flow) => loadFlow(flow, shared)));
  return [...loaded.flatMap(({ diagnostics }) => diagnostics), ...distinct(loaded.flatMap(({ faults }) => faults))];
}

/** MB of memory that a flow's components declare, by path; undefined if a component declares none or has no file. */
export async function memorySizes({
  components: { called },
  folders,
  canonical,
}: OpenedFlow): Promise<(component: string) => number | undefined> {
  if (called.length === 0) return () => undefined;
  const loaded = loadedOf(called, await loadOutcomes(called, folders.bundles));
  return (component) => loaded.get(canonical(component))?.memorySize;
}
