import type { Diagnostic } from '../../diagnostics/diagnostics.ts';
import { FlowError } from '../../protocol/errors.ts';
import { bundleEach, type Catalog, type ComponentFile, type LoadedComponent, loadOrDiagnose } from './index.ts';

/** Components as functions in this process. */
export interface Functions {
  /** By the component's own path, aliases resolved. */
  readonly loaded: ReadonlyMap<string, LoadedComponent>;
  /** Components that cannot be bundled or loaded. */
  readonly diagnostics: readonly Diagnostic[];
}

/** What became of a component that was to be loaded: its function, or why there is none. */
export type LoadOutcome = LoadedComponent | readonly Diagnostic[];

/** Bundles and loads components: the very code that is deployed. What has not changed is not bundled again. */
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

/** The same of components all of which are wanted. */
export async function loadFunctions(components: readonly ComponentFile[], outDir: string): Promise<Functions> {
  const loaded = [...(await loadOutcomes(components, outDir)).values()];
  return {
    loaded: new Map(loaded.flatMap((one) => ('handler' in one ? [[one.path, one] as const] : []))),
    diagnostics: loaded.flatMap((one) => ('handler' in one ? [] : one)),
  };
}

/** Loads components one by one, each once, for flows that are only known while another one runs. */
export function createLoader(catalog: Catalog, outDir: string): (path: string) => Promise<LoadedComponent | undefined> {
  const asked = new Map<string, Promise<LoadedComponent | undefined>>();
  return (path) => {
    const answer = asked.get(path) ?? loadOne(catalog.resolve(path), outDir);
    asked.set(path, answer);
    return answer;
  };
}

async function loadOne(file: ComponentFile | undefined, outDir: string): Promise<LoadedComponent | undefined> {
  if (!file) return undefined;
  const { loaded, diagnostics } = await loadFunctions([file], outDir);
  const [fault] = diagnostics;
  if (fault) throw new FlowError('COMPONENT_NOT_FOUND', fault.message);
  return loaded.get(file.path);
}
