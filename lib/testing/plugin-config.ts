import type { Reporter, Span } from '../diagnostics/diagnostics.ts';
import type { Behaviour } from '../flow/schema/mock-behaviour.ts';
import { Fields } from '../flow/text/fields.ts';
import { nearest } from '../flow/text/nearest.ts';
import { describe, type MapTree, type Tree } from '../flow/text/tree.ts';
import { readBehavioursByInput } from './read-mocks.ts';

/** A plugin of Stepflow's configuration. `components`: those of a `mock` plugin by their paths in it. */
export interface Plugin {
  readonly name: string;
  readonly type: string;
  readonly components: ReadonlyMap<string, readonly Behaviour[]>;
}

/** Which plugins the components below a path belong to, the first that has them. */
export interface Route {
  /** Without a trailing slash: "" is the root. */
  readonly prefix: string;
  readonly plugins: readonly Plugin[];
}

/** Stepflow's configuration, as far as it says where components come from; the longest route first. */
export type PluginConfig = readonly Route[];

/** Where a configuration takes a component from; `elsewhere` is what would be taken without one. */
export type ComponentSource =
  | { readonly kind: 'mock'; readonly behaviours: readonly Behaviour[] }
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'unsupported'; readonly plugin: Plugin };

/** Where the component at `path` comes from. Its route's prefix is not part of its path in the plugin. */
export function componentSource(config: PluginConfig, path: string): ComponentSource {
  const route = config.find(({ prefix }) => path.startsWith(`${prefix}/`));
  for (const plugin of route?.plugins ?? []) {
    const behaviours = plugin.components.get(path.slice(route?.prefix.length));
    if (behaviours) return { kind: 'mock', behaviours };
    if (plugin.type === 'builtin') return { kind: 'elsewhere' };
    if (plugin.type !== 'mock') return { kind: 'unsupported', plugin };
  }
  return { kind: 'elsewhere' };
}

/** Reads a configuration. Its other sections, which are for Stepflow's own servers, are ignored. */
export function readPluginConfig(tree: Tree, reporter: Reporter): PluginConfig {
  const plugins = new Map<string, Plugin>();
  for (const [name, { value }] of entriesOf(tree, 'plugins', reporter)) {
    const plugin = readPlugin(name, value, reporter);
    if (plugin) plugins.set(name, plugin);
  }
  return entriesOf(tree, 'routes', reporter)
    .map(([prefix, { value }]) => ({
      prefix: normalizePrefix(prefix),
      plugins: readRoute(prefix, value, plugins, reporter),
    }))
    .sort((one, other) => other.prefix.length - one.prefix.length);
}

/** `/mock`, `/mock/` and `/mock/{*component}` are one. */
const normalizePrefix = (written: string): string => written.replace(/\{\*\w+\}$/, '').replace(/\/+$/, '');

function entriesOf(tree: Tree, key: string, reporter: Reporter) {
  if (tree.kind !== 'map') {
    reportWrongType('the configuration', tree, 'a map with "plugins" and "routes"', reporter);
    return [];
  }
  const section = tree.entries.get(key)?.value;
  if (section?.kind === 'map') return [...section.entries];
  if (section) reportWrongType(`"${key}" of the configuration`, section, 'a map', reporter);
  return [];
}

const reportWrongType = (what: string, tree: Tree, wanted: string, reporter: Reporter): void =>
  reporter.report('wrong-type', { what, found: describe(tree), wanted }, tree.span);

function readPlugin(name: string, tree: Tree, reporter: Reporter): Plugin | undefined {
  const type = tree.kind === 'map' ? tree.entries.get('type')?.value : undefined;
  if (tree.kind !== 'map' || type?.kind !== 'scalar' || typeof type.value !== 'string') {
    reportWrongType(`the plugin "${name}"`, type ?? tree, 'a map with a "type", such as { type: mock }', reporter);
    return undefined;
  }
  const components = type.value === 'mock' ? readMockPlugin(name, tree, reporter) : new Map();
  return { name, type: type.value, components };
}

function readMockPlugin(name: string, map: MapTree, reporter: Reporter): Plugin['components'] {
  const fields = new Fields(map, `the plugin "${name}"`, ['type', 'components'], reporter);
  const components = fields.object('components')?.entries ?? new Map();
  return new Map(
    [...components].map(([path, { value }]) => [`/${path.replace(/^\//, '')}`, readMock(path, value, reporter)]),
  );
}

const MOCK_KEYS = ['description', 'inputSchema', 'outputSchema', 'behaviors'];

function readMock(path: string, tree: Tree, reporter: Reporter): readonly Behaviour[] {
  const what = `the mock component "${path}"`;
  if (tree.kind !== 'map') {
    reportWrongType(what, tree, 'a map with "behaviors"', reporter);
    return [];
  }
  const fields = new Fields(tree, what, MOCK_KEYS, reporter);
  const behaviours = fields.tree('behaviors');
  return behaviours ? readBehavioursByInput(behaviours, what, reporter) : [];
}

function readRoute(
  prefix: string,
  tree: Tree,
  plugins: ReadonlyMap<string, Plugin>,
  reporter: Reporter,
): readonly Plugin[] {
  if (tree.kind !== 'list') {
    reportWrongType(`the route "${prefix}"`, tree, 'a list of plugins, such as [{ plugin: mock }]', reporter);
    return [];
  }
  return tree.items.flatMap((item) => {
    const named = item.kind === 'map' ? item.entries.get('plugin')?.value : undefined;
    if (named?.kind !== 'scalar')
      reportWrongType(`the route "${prefix}"`, named ?? item, 'a map with "plugin"', reporter);
    else return pluginNamed(String(named.value), named.span, plugins, reporter);
    return [];
  });
}

function pluginNamed(
  plugin: string,
  span: Span,
  plugins: ReadonlyMap<string, Plugin>,
  reporter: Reporter,
): readonly Plugin[] {
  const found = plugins.get(plugin);
  if (found) return [found];
  const known = [...plugins.keys()];
  reporter.report('unknown-plugin', { plugin, known, nearest: nearest(plugin, known) }, span);
  return [];
}
