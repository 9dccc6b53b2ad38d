import { type ComponentSchemas, checkExamples } from '../compiler/check/index.ts';
import type { Diagnostic } from '../diagnostics/diagnostics.ts';
import { checkExpressTimeouts } from './check-express.ts';
import { checkFlow, distinct } from './check-flow.ts';
import type { ComponentFile, LoadedComponent } from './components/index.ts';
import { type SchemaEntries, schemasByPath } from './components/load.ts';
import { loadOutcomes } from './components/load-functions.ts';
import { isLoaded, type LoadOutcome } from './components/load-or-diagnose.ts';
import { type ReadSchemasOptions, readSchemas } from './components/read-schemas.ts';
import { type Lookup, lookupIn } from './components/required-components.ts';
import type { Folders } from './folders.ts';
import { type OpenedFlow, type OpenOptions, openFlow } from './open-flow.ts';

/** What is found out of components that have bundles in one folder. */
type Answers<T> = ReadonlyMap<ComponentFile, T>;
type Ask<T> = (files: readonly ComponentFile[], bundles: string) => Promise<Answers<T>>;

/** By the component's file. */
type LoadOutcomes = Answers<LoadOutcome>;

/** Asks of components what has not been asked before, of all of them at once. */
class Batches<T> {
  /** By the folder of the bundles, then by component, what it is asked with. */
  readonly #batches = new Map<string, Map<ComponentFile, Promise<Answers<T>>>>();
  readonly #ask: Ask<T>;

  constructor(ask: Ask<T>) {
    this.#ask = ask;
  }

  async of(files: readonly ComponentFile[], bundles: string): Promise<Answers<T>> {
    const known = this.#batches.get(bundles) ?? new Map<ComponentFile, Promise<Answers<T>>>();
    this.#batches.set(bundles, known);
    const fresh = files.filter((file) => !known.has(file));
    const batch = fresh.length > 0 ? this.#ask(fresh, bundles) : undefined;
    if (batch) for (const file of fresh) known.set(file, batch);
    const batches = await Promise.all(new Set(files.map((file) => known.get(file))));
    return new Map(batches.flatMap((answers) => [...(answers ?? [])]));
  }
}

/** Shared by flows that are opened together: a project's components are looked up once, and each is loaded once. */
export class SharedComponents {
  readonly #lookups = new Map<string, Lookup>();
  readonly #loadings = new Batches(loadOutcomes);
  readonly #schemas: Batches<ComponentSchemas>;

  constructor(options: Pick<ReadSchemasOptions, 'limitMs'> = {}) {
    this.#schemas = new Batches((files, outDir) => readSchemas(files, { ...options, outDir }));
  }

  readonly lookupIn = (folders: Folders): Lookup => {
    const key = JSON.stringify([folders.project, folders.components]);
    const lookup = this.#lookups.get(key) ?? lookupIn(folders);
    this.#lookups.set(key, lookup);
    return lookup;
  };

  /** Loads components. `bundles`: the folder that bundles go to. */
  load(files: readonly ComponentFile[], bundles: string): Promise<LoadOutcomes> {
    return this.#loadings.of(files, bundles);
  }

  /** Reads what components take and give, as far as that is known without loading them where a run does. */
  readSchemas(files: readonly ComponentFile[], bundles: string): Promise<Answers<ComponentSchemas>> {
    return this.#schemas.of(files, bundles);
  }
}

/** An opened flow with its components loaded. */
export interface LoadedFlow extends OpenedFlow {
  /** The functions that it calls, by the components' own paths. */
  readonly functions: ReadonlyMap<string, LoadedComponent>;
  /** What the components that it names take and give, by their own paths, as far as it is known. */
  readonly schemas: ReadonlyMap<string, ComponentSchemas>;
  /** Of the profile and the flow, including checks against the components' schemas. */
  readonly diagnostics: readonly Diagnostic[];
  /** Of required components that cannot be bundled or loaded. */
  readonly faults: readonly Diagnostic[];
}

/** Loads the components of a flow, and checks the flow against their schemas, and against those of mocked components. */
export async function loadFlow(opened: OpenedFlow, shared = new SharedComponents()): Promise<LoadedFlow> {
  const { called, named } = opened.components;
  const [outcomes, schemas] = await Promise.all([
    shared.load(filesOf(opened), opened.folders.bundles),
    schemasOf(opened, shared),
  ]);
  const functions = loadedOf(called, outcomes);
  return {
    ...opened,
    functions,
    schemas,
    diagnostics: [...checkFlow(opened, schemas), ...checkExpressTimeouts(opened, functions)],
    faults: faultsOf([...called, ...named], outcomes),
  };
}

/** What the components of a flow take and give, by their own paths, as far as it is known. */
async function schemasOf(opened: OpenedFlow, shared: SharedComponents): Promise<ReadonlyMap<string, ComponentSchemas>> {
  const files = filesOf(opened);
  const { mocked } = opened.components;
  const { bundles } = opened.folders;
  const [loadings, read] = await Promise.all([shared.load(files, bundles), shared.readSchemas(mocked, bundles)]);
  // Of a chain that does not load, some components may, each by itself.
  const parts = files.flatMap((file) => (loadedOf([file], loadings).size > 0 ? [] : (file.fusedComponents ?? [])));
  const loaded = [
    ...loadedOf(files, loadings).values(),
    ...loadedOf(parts, await shared.load(parts, bundles)).values(),
  ];
  const ofMocked = mocked.flatMap((file): SchemaEntries => {
    const schemas = read.get(file);
    return schemas ? [[file.path, schemas]] : [];
  });
  return new Map([...ofMocked, ...loaded.flatMap(schemasByPath)]);
}

/** Those that are loaded. */
const filesOf = ({ components: { called, named } }: OpenedFlow): readonly ComponentFile[] => [
  ...new Set([...called, ...named]),
];

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
 * All diagnostics of flows, their examples and the components that they use, without running them. The components of all flows are
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
  return [
    ...loaded.flatMap(({ diagnostics, compiled: { flow } }) => [...diagnostics, ...(flow ? checkExamples(flow) : [])]),
    ...distinct(loaded.flatMap(({ faults }) => faults)),
  ];
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
