import { relative } from 'node:path';
import {
  type Bundle,
  BundleError,
  bundle,
  type Catalog,
  type ComponentFile,
  type LoadedComponent,
  loadBundle,
} from '../components/index.ts';
import type { Diagnostic } from '../flow/diagnostics.ts';
import { FlowError } from '../runtime/errors.ts';

/** Components as functions in this process. */
export interface Functions {
  /** By the component's own path, aliases resolved. */
  readonly loaded: ReadonlyMap<string, LoadedComponent>;
  /** Components that cannot be bundled or loaded. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Bundles and loads components: the very code that is deployed. What has not changed is not bundled again. */
export async function loadFunctions(components: readonly ComponentFile[], outDir: string): Promise<Functions> {
  try {
    const bundles = await bundle([...new Set(components)], { outDir });
    const loaded = await Promise.all(bundles.map(load));
    return {
      loaded: new Map(loaded.flatMap((one) => ('handler' in one ? [[one.path, one] as const] : []))),
      diagnostics: loaded.flatMap((one) => ('handler' in one ? [] : [one])),
    };
  } catch (error) {
    if (error instanceof BundleError) return { loaded: new Map(), diagnostics: error.diagnostics };
    throw error;
  }
}

/** Loads components one by one, each once, for flows that are only known while another one runs. */
export function loaderOf(catalog: Catalog, outDir: string): (path: string) => Promise<LoadedComponent | undefined> {
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

async function load(made: Bundle): Promise<LoadedComponent | Diagnostic> {
  try {
    return await loadBundle(made);
  } catch (error) {
    return notLoaded(made.component, error);
  }
}

/** A module that throws while it loads says so in its own words; one without a component in ours. */
function notLoaded({ path, file }: ComponentFile, error: unknown): Diagnostic {
  const why = error instanceof Error ? error.message : String(error);
  return {
    code: 'component-not-loaded',
    severity: 'error',
    message: error instanceof FlowError ? why : `component "${path}" throws while it loads: ${why}`,
    file: relative('', file),
    ...{ line: 1, column: 1, endLine: 1, endColumn: 2 },
    help: 'what a component does when it is loaded must not fail; mend it there',
  };
}
