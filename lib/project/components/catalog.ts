import { readdirSync, statSync } from 'node:fs';
import { basename, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nearest } from '../../flow/text/nearest.ts';
import { componentsInFusedChain, fusedChainName } from '../../protocol/fused-chain-name.ts';

/** A component that has a file. */
export interface ComponentFile {
  /** As flows write it: `/user/load`. */
  readonly path: string;
  /** Its source, absolute. */
  readonly file: string;
  /** Whether it ships with this package. */
  readonly builtin: boolean;
  /** Of a chain, whose function runs them one after another, its components in order; `file` is the last one's. */
  readonly fusedComponents?: readonly ComponentFile[];
}

/** Every component that a flow may use. */
export interface Catalog {
  /** Sorted by path; aliases are not among them. */
  readonly components: readonly ComponentFile[];
  /** The component at `path`, which may be an alias of a built-in one, or a chain's name; undefined where there is none. */
  resolve(path: string): ComponentFile | undefined;
  /** The path that an unknown one was most likely meant to be; undefined where none is near. */
  suggest(path: string): string | undefined;
}

/** Where to look for components. */
export interface CatalogOptions {
  /** Folders laid out as `PLUGIN/COMPONENT.ts`; of two files for one path the earlier folder's wins. One that is not there holds nothing. */
  readonly folders: readonly string[];
}

/** The built-in components' own folder: beside lib/, in the repository and in the built package alike. */
const BUILTIN_FOLDER = fileURLToPath(new URL('../../../lambdas/builtin', import.meta.url));

/** The guide's names of built-in components, beside `/NAME` for each `/builtin/NAME`. */
const ALIASES: Readonly<Record<string, string>> = { '/data/extract_multiple': '/builtin/extract_multiple' };

const BUILTIN = '/builtin';

/**
 * Finds the components in `folders` and the built-in ones. A file's path below its folder, letter for letter and
 * without its extension, is the component's path: `user/load.ts` is `/user/load`. Files and folders whose name begins
 * with `_` or `.`, declarations and tests are none. A user's own component wins over an alias of a built-in one.
 */
export function findComponents({ folders }: CatalogOptions): Catalog {
  const found = new Map<string, ComponentFile>();
  for (const component of [...folders.flatMap((folder) => scan(resolve(folder))), ...scan(BUILTIN_FOLDER, BUILTIN)]) {
    if (!found.has(component.path)) found.set(component.path, component);
  }
  const lookUp = (path: string): ComponentFile | undefined =>
    found.get(path) ?? found.get(ALIASES[path] ?? `${BUILTIN}${path}`);
  const names = [...found.keys(), ...Object.keys(ALIASES)];
  const chains = new Map<string, ComponentFile>();
  const chainOf = (links: readonly ComponentFile[]): ComponentFile | undefined => {
    const path = fusedChainName(links.map((link) => link.path));
    const last = links.at(-1);
    const chain = chains.get(path) ?? (last && { ...last, path, builtin: false, fusedComponents: links });
    if (chain) chains.set(path, chain);
    return chain;
  };
  return {
    components: [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
    resolve: (name) => {
      const paths = componentsInFusedChain(name);
      if (paths.length === 1) return lookUp(name);
      const links = paths.flatMap((path) => lookUp(path) ?? []);
      return links.length === paths.length ? chainOf(links) : undefined;
    },
    suggest: (path) => nearest(path, names),
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
