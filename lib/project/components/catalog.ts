import { readdirSync, statSync } from 'node:fs';
import { basename, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Suggestions } from '../../flow/text/nearest.ts';
import { componentsInFusedChain, fusedChainName } from '../../protocol/fused-chain-name.ts';

/** A component's file. */
export interface ComponentFile {
  /** The component's path in flows: `/user/load`. */
  readonly path: string;
  /** Its source, absolute. */
  readonly file: string;
  /** Whether it ships with this package. */
  readonly builtin: boolean;
  /** Only for a fused chain: its components in order; `file` is the last one's. */
  readonly fusedComponents?: readonly ComponentFile[];
}

/** All components that a flow may use. */
export interface Catalog {
  /** Sorted by path, without aliases. */
  readonly components: readonly ComponentFile[];
  /** The component at `path`, which may be an alias of a built-in one or the name of a fused chain; undefined if there is none. */
  resolve(path: string): ComponentFile | undefined;
  /** The known path most similar to an unknown one; undefined if none is similar. */
  suggest(path: string): string | undefined;
}

/** Where to look for components. */
export interface CatalogOptions {
  /** Folders with files `PLUGIN/COMPONENT.ts`. Earlier folders take precedence; missing folders are ignored. */
  readonly folders: readonly string[];
}

/** The folder of the built-in components: beside lib/, both in the repository and in the built package. */
const BUILTIN_FOLDER = fileURLToPath(new URL('../../../lambdas/builtin', import.meta.url));

/** Aliases of built-in components in the guide, in addition to `/NAME` for each `/builtin/NAME`. */
const ALIASES: Readonly<Record<string, string>> = { '/data/extract_multiple': '/builtin/extract_multiple' };

const BUILTIN = '/builtin';

/**
 * Finds the components in `folders` and the built-in ones. A component's path is its file's path below the folder,
 * without the extension: `user/load.ts` is `/user/load`. Files and folders whose name begins with `_` or `.`, type
 * declarations and tests are ignored. A user's own component takes precedence over an alias of a built-in one.
 */
export function findComponents({ folders }: CatalogOptions): Catalog {
  const found = new Map<string, ComponentFile>();
  for (const component of [...folders.flatMap((folder) => scan(resolve(folder))), ...scan(BUILTIN_FOLDER, BUILTIN)]) {
    if (!found.has(component.path)) found.set(component.path, component);
  }
  const lookUp = (path: string): ComponentFile | undefined =>
    found.get(path) ?? found.get(ALIASES[path] ?? `${BUILTIN}${path}`);
  const names = new Suggestions([...found.keys(), ...Object.keys(ALIASES)]);
  const chains = new Map<string, ComponentFile>();
  const chainOf = (fusedComponents: readonly ComponentFile[]): ComponentFile | undefined => {
    const path = fusedChainName(fusedComponents.map((component) => component.path));
    const last = fusedComponents.at(-1);
    const chain = chains.get(path) ?? (last && { ...last, path, builtin: false, fusedComponents });
    if (chain) chains.set(path, chain);
    return chain;
  };
  return {
    components: [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
    resolve: (name) => {
      const paths = componentsInFusedChain(name);
      if (paths.length === 1) return lookUp(name);
      const components = paths.flatMap((path) => lookUp(path) ?? []);
      return components.length === paths.length ? chainOf(components) : undefined;
    },
    suggest: (path) => names.nearest(path),
  };
}

const SOURCE = /^(?<name>[^_.].*)\.(?:ts|mts|js|mjs)$/;
const NO_COMPONENT = /\.(?:d|test|spec)$/;

function scan(folder: string, prefix = ''): ComponentFile[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry): ComponentFile[] => {
    const at = join(folder, entry.name);
    if (entry.isDirectory()) return isHidden(entry.name) ? [] : scan(at, `${prefix}/${entry.name}`);
    const name = SOURCE.exec(entry.name)?.groups?.name;
    if (name === undefined || NO_COMPONENT.test(name)) return [];
    return [{ path: `${prefix}/${name}`, file: at, builtin: at.startsWith(BUILTIN_FOLDER + sep) }];
  });
}

const isHidden = (name: string): boolean => /^[_.]/.test(name) || basename(name) === 'node_modules';
