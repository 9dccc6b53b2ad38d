import type { Diagnostic } from '../../diagnostics/diagnostics.ts';
import { FlowError } from '../../protocol/errors.ts';
import { bundleEach, type Catalog, type ComponentFile, type LoadedComponent } from './index.ts';
import { isLoaded, type LoadOutcome, loadOrDiagnose } from './load-or-diagnose.ts';

/** Components that are ready to be called. */
export interface Functions {
  /** By the component's own path, with aliases resolved. */
  readonly loaded: ReadonlyMap<string, LoadedComponent>;
  /** Of components that cannot be bundled or loaded. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Bundles and loads components: the same code that is deployed. Up-to-date bundles are reused. */
export async function loadOutcomes(
  components: readonly ComponentFile[],
  outDir: string,
): Promise<ReadonlyMap<ComponentFile, LoadOutcome>> {
  const bundled = await bundleEach([...new Set(components)], { outDir });
  const loading = bundled.map(async (one): Promise<readonly [ComponentFile, LoadOutcome]> => {
    return [one.component, 'diagnostics' in one ? one.diagnostics : await loadOrDiagnose(one, { outDir })];
  });
  return new Map(await Promise.all(loading));
}

/** {@link loadOutcomes}, with functions and diagnostics separated. */
export async function loadFunctions(components: readonly ComponentFile[], outDir: string): Promise<Functions> {
  const loaded = [...(await loadOutcomes(components, outDir)).values()];
  return {
    loaded: new Map(loaded.flatMap((one) => (isLoaded(one) ? [[one.path, one] as const] : []))),
    diagnostics: loaded.flatMap((one) => (isLoaded(one) ? [] : one)),
  };
}

/** Loads single components on demand, each once, for flows that are only known at run time. */
export function createLoader(catalog: Catalog, outDir: string): (path: string) => Promise<LoadedComponent | undefined> {
  const cache = new Map<string, Promise<LoadedComponent | undefined>>();
  return (path) => {
    const component = cache.get(path) ?? loadOne(catalog.resolve(path), outDir);
    cache.set(path, component);
    return component;
  };
}

async function loadOne(file: ComponentFile | undefined, outDir: string): Promise<LoadedComponent | undefined> {
  if (!file) return undefined;
  const { loaded, diagnostics } = await loadFunctions([file], outDir);
  const [problem] = diagnostics;
  if (problem) throw new FlowError('COMPONENT_NOT_FOUND', problem.message);
  return loaded.get(file.path);
}
