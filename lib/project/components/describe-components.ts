import type { Diagnostic } from '../../diagnostics/diagnostics.ts';
import type { Json } from '../../protocol/json.ts';
import { foldersFor } from '../folders.ts';
import { loadFunctions } from './load-functions.ts';
import { lookupIn } from './required-components.ts';

/** A component's declaration. */
export interface ComponentSummary {
  readonly path: string;
  readonly builtin: boolean;
  /** Whether the compiler calls it where a flow needs it, so that no flow has to. */
  readonly forCompiler: boolean;
  readonly description: string;
  /** JSON Schema of its input. */
  readonly input: Json;
  /** JSON Schema of its result. */
  readonly output: Json;
}

const FOR_COMPILER: ReadonlySet<string> = new Set(
  ['carry', 'gather', 'map_failure', 'map_items', 'map_results', 'operands', 'pack', 'spill'].map(
    (name) => `/builtin/${name}`,
  ),
);

/** The components that flows in `home` may use, sorted by path, and diagnostics of those that do not load. */
export async function describeComponents(
  home: string,
): Promise<{ readonly components: readonly ComponentSummary[]; readonly diagnostics: readonly Diagnostic[] }> {
  const folders = foldersFor(home);
  const { components } = lookupIn(folders).catalog;
  const { loaded, diagnostics } = await loadFunctions(components, folders.bundles);
  const summaries = components.flatMap(({ path, builtin }): ComponentSummary[] => {
    const one = loaded.get(path);
    if (!one) return [];
    const { description = '', inputSchema: input, outputSchema: output } = one;
    return [{ path, builtin, forCompiler: FOR_COMPILER.has(path), description, input, output }];
  });
  return { components: summaries, diagnostics };
}
