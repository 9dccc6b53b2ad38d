import type { ComponentSchemas } from '../compiler/check/index.ts';
import type { Diagnostic } from '../diagnostics/diagnostics.ts';
import { checkFlow, distinct } from './check-flow.ts';
import type { ComponentFile, LoadedComponent } from './components/index.ts';
import { type LoadOutcome, loadOutcomes } from './components/load-functions.ts';
import { type Lookup, lookupIn } from './components/required-components.ts';
import type { Folders } from './folders.ts';
import { type OpenedFlow, type OpenOptions, openFlow } from './open-flow.ts';

/** By the files that were to be loaded. */
type Loadings = ReadonlyMap<ComponentFile, LoadOutcome>;

/** What flows that are opened together share: the components of a project are looked up once, and each is loaded once. */
export class SharedComponents {
  readonly #lookups = new Map<string, Lookup>();
  /** By the folder of the bundles, then by component, what it is loaded with. */
  readonly #batches = new Map<string, Map<ComponentFile, Promise<Loadings>>>();

  readonly lookupIn = (folders: Folders): Lookup => {
    const key = JSON.stringify([folders.project, folders.components]);
    const lookup = this.#lookups.get(key) ?? lookupIn(folders);
    this.#lookups.set(key, lookup);
    return lookup;
  };

  /** Loads what has not been loaded before, all of it at once. `bundles`: the folder that bundles go to. */
  async load(files: readonly ComponentFile[], bundles: string): Promise<Loadings> {
    const known = this.#batches.get(bundles) ?? new Map<ComponentFile, Promise<Loadings>>();
    this.#batches.set(bundles, known);
    const fresh = files.filter((file) => !known.has(file));
    const batch = fresh.length > 0 ? loadOutcomes(fresh, bundles) : undefined;
    if (batch) for (const file of fresh) known.set(file, batch);
    const batches = await Promise.all(new Set(files.map((file) => known.get(file))));
    return new Map(batches.flatMap((loadings) => [...(loadings ?? [])]));
  }
}

/** An opened flow with the components that it needs. */
export interface LoadedFlow extends OpenedFlow {
  /** The functions of what it calls, by the components' own paths. */
  readonly functions: ReadonlyMap<string, LoadedComponent>;
  /** Of the profile and the flow, held against the schemas of its components. */
  readonly diagnostics: readonly Diagnostic[];
  /** Of components that it needs and that cannot be bundled or loaded. */
  readonly faults: readonly Diagnostic[];
}

/** Loads what a flow needs, and checks it against that. */
export async function loadFlow(opened: OpenedFlow, shared = new SharedComponents()): Promise<LoadedFlow> {
  const { called, named, mocked } = opened.components;
  const loadings = await shared.load(filesOf(opened), opened.folders.bundles);
  const loaded = loadedOf([...named, ...mocked], loadings);
  const schemas = new Map(
    [...loaded].map(([path, one]): [string, ComponentSchemas] => {
      return [path, { input: one.inputSchema, output: one.outputSchema }];
    }),
  );
  return {
    ...opened,
    functions: loadedOf(called, loadings),
    diagnostics: checkFlow(opened, schemas),
    faults: faultsOf([...called, ...named], loadings),
  };
}

const filesOf = ({ components: { called, named, mocked } }: OpenedFlow): readonly ComponentFile[] => [
  ...new Set([...called, ...named, ...mocked]),
];

const isLoaded = (loading: LoadOutcome): loading is LoadedComponent => 'handler' in loading;

function loadedOf(files: readonly ComponentFile[], loadings: Loadings): ReadonlyMap<string, LoadedComponent> {
  const found = files.map((file) => loadings.get(file) ?? []);
  return new Map(found.filter(isLoaded).map((one) => [one.path, one]));
}

function faultsOf(files: readonly ComponentFile[], loadings: Loadings): readonly Diagnostic[] {
  return distinct(
    files.flatMap((file) => {
      const loading = loadings.get(file) ?? [];
      return isLoaded(loading) ? [] : loading;
    }),
  );
}

/**
 * Everything that is wrong with flows and with the components that they name, without running any. Components are
 * loaded for their schemas, those of all flows at once, and none that no flow calls.
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

/** MB of memory that the components of a flow ask for, by path; of one that says nothing, or has no file, undefined. */
export async function memorySizes({
  components: { called },
  folders,
  canonical,
}: OpenedFlow): Promise<(component: string) => number | undefined> {
  if (called.length === 0) return () => undefined;
  const loaded = loadedOf(called, await loadOutcomes(called, folders.bundles));
  return (component) => loaded.get(canonical(component))?.memorySize;
}
