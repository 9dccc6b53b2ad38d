import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildOptions, OutputFile } from 'esbuild';
import * as esbuild from 'esbuild';
import type { Diagnostic } from '../../diagnostics/diagnostics.ts';
import {
  type BundleRecord,
  FileHashes,
  hashInputs,
  hashOf,
  isFresh,
  readRecord,
  writeAtomically,
} from './bundle-cache.ts';
import { BundleError, diagnoseBundle, isBuildFailure } from './bundle-error.ts';
import type { ComponentFile } from './catalog.ts';
import { FUNCTION_BUILD } from './function-build.ts';
import { runSerially } from './in-turn.ts';

/** A component with its wrapper, as one function: the same bundle runs locally and on AWS. */
export interface Bundle {
  readonly component: ComponentFile;
  /** The function's folder, absolute; its `index.mjs` exports `handler` and `component`. */
  readonly folder: string;
  readonly entry: string;
  /** Hash of its content. */
  readonly hash: string;
  /** Whether an up-to-date bundle existed already. */
  readonly cached: boolean;
}

/** Where bundles go. */
export interface BundleOptions {
  /** Contains a folder for each component: `user-load` for `/user/load`. Two levels below the project's folder. */
  readonly outDir: string;
}

const here = fileURLToPath(import.meta.url);
const runtimeFile = (name: string): string => join(dirname(here), '../../runtime', `${name}${extname(here)}`);

const ENTRY = 'stepflow-entry.mjs';

/** The AWS clients of the runtime: bundled once, copied into each function's folder, loaded at their first use. */
const CLIENTS = { 's3-store': 'stores/s3-store', 'secrets-manager': 'secrets/secrets-manager' } as const;
type ClientName = keyof typeof CLIENTS;
const CLIENT_NAMES = ['s3-store', 'secrets-manager'] as const satisfies readonly ClientName[];
const clientFile = (name: ClientName): string => `${name}.mjs`;

/**
 * The component's path, with each `-` doubled so that `/a-b/c` and `/a/b-c` differ. Components in other folders than
 * `lambdas` get a hash of their file's path, because their path may be the same as that of a component in `lambdas`.
 */
function folderName({ path, file, builtin, fusedComponents }: ComponentFile, root: string): string {
  if (fusedComponents) return fusedFolderName(fusedComponents, root);
  const name = path.slice(1).replaceAll('-', '--').replaceAll('/', '-');
  const fromProject = relative(join(root, '../..'), file);
  return builtin || fromProject.startsWith(`lambdas${sep}`) ? name : `${name}-${hashOf(fromProject).slice(0, 8)}`;
}

/** The names of the first and the last component of a fused chain, and a hash of all: all names could be too long. */
function fusedFolderName(components: readonly ComponentFile[], root: string): string {
  const names = components.map((component) => folderName(component, root));
  return `${names[0]}+${names.at(-1)}-${hashOf(names.join('+')).slice(0, 8)}`;
}

/** A component that cannot be bundled. */
export interface Unbundled {
  readonly component: ComponentFile;
  readonly diagnostics: readonly Diagnostic[];
}

/** {@link bundleEach}, but rejects with a {@link BundleError} if any component cannot be bundled. */
export async function bundle(components: readonly ComponentFile[], options: BundleOptions): Promise<readonly Bundle[]> {
  const bundled = await bundleEach(components, options);
  const errors = bundled.flatMap((each) => ('diagnostics' in each ? each.diagnostics : []));
  if (errors.length > 0) throw new BundleError(errors);
  return bundled.flatMap((each) => ('diagnostics' in each ? [] : [each]));
}

/** Bundles components, each into a folder of its own; up-to-date bundles are reused. */
export async function bundleEach(
  components: readonly ComponentFile[],
  { outDir }: BundleOptions,
): Promise<readonly (Bundle | Unbundled)[]> {
  const hashes = new FileHashes();
  const root = resolve(outDir);
  const clients = await Promise.all(CLIENT_NAMES.map((name) => bundleClient(name, root, hashes)));
  return Promise.all(
    components.map((component) =>
      bundleOne(component, root, hashes, clients).catch((reason: unknown): Unbundled => {
        if (!isBuildFailure(reason)) throw reason;
        return { component, diagnostics: diagnoseBundle(component, reason, ENTRY) };
      }),
    ),
  );
}

/**
 * Bundles a program of this package into the cache beside the bundles, for processes that start without a TypeScript
 * loader. Returns its file.
 */
export async function bundleProgram(name: string, program: string, outDir: string): Promise<string> {
  const root = resolve(outDir);
  const source: Source = {
    contents: readFileSync(program, 'utf8'),
    loader: 'ts',
    resolveDir: dirname(program),
    splitting: false,
  };
  const built = await buildSerially({ name, folder: join(root, '.cache', name), ...source }, root, new FileHashes());
  return join(built.folder, 'index.mjs');
}

interface Client {
  /** Its name in the folder of a function. */
  readonly file: string;
  readonly bundle: string;
  /** Hash of its content. */
  readonly hash: string;
}

async function bundleClient(name: ClientName, root: string, hashes: FileHashes): Promise<Client> {
  const contents = `export * from ${JSON.stringify(runtimeFile(CLIENTS[name]))};`;
  const source: Source = { contents, resolveDir: dirname(here), splitting: false };
  const built = await buildSerially({ name, folder: join(root, '.cache', name), ...source }, root, hashes);
  return { file: clientFile(name), bundle: join(built.folder, 'index.mjs'), hash: built.hash };
}

async function bundleOne(
  component: ComponentFile,
  root: string,
  hashes: FileHashes,
  clients: readonly Client[],
): Promise<Bundle> {
  const name = folderName(component, root);
  const folder = join(root, name);
  const built = await buildSerially({ name, folder, clients, ...componentSource(component) }, root, hashes);
  return { component, folder, entry: join(folder, 'index.mjs'), hash: built.hash, cached: built.cached };
}

interface Source {
  readonly contents: string;
  /** The language of `contents`. @default 'js' */
  readonly loader?: 'js' | 'ts';
  /** Where its imports are looked up. */
  readonly resolveDir: string;
  /** Whether dynamic imports become files of their own. */
  readonly splitting: boolean;
}

const componentSource = ({ file, fusedComponents }: ComponentFile): Source => ({
  contents: [
    ...(fusedComponents ? fusedImports(fusedComponents) : [`import component from ${JSON.stringify(file)};`]),
    `import { openSecrets, openStore, ${fusedComponents ? 'wrapFusedChain' : 'wrap'} } from ${JSON.stringify(runtimeFile('index'))};`,
    `const store = () => openStore(() => import('./${clientFile('s3-store')}'));`,
    `const secrets = openSecrets(() => import('./${clientFile('secrets-manager')}'));`,
    ...(fusedComponents
      ? ['export { components };', 'export const handler = wrapFusedChain(components, { store, secrets });']
      : ['export { component };', 'export const handler = wrap(component, { store, secrets });']),
  ].join('\n'),
  resolveDir: dirname(file),
  splitting: true,
});

/** Imports the components of a fused chain as a list. */
const fusedImports = (files: readonly ComponentFile[]): readonly string[] => [
  ...files.map(({ file }, at) => `import component${at} from ${JSON.stringify(file)};`),
  `const components = [${files.map((_, at) => `component${at}`).join(', ')}];`,
];

interface BuildUnit extends Source {
  readonly name: string;
  readonly folder: string;
  /** What is copied into its folder. @default nothing */
  readonly clients?: readonly Client[];
}

interface Built {
  readonly folder: string;
  readonly hash: string;
  readonly cached: boolean;
}

/** Flows that are checked at once may need the same unit: it is built once, the others find it in the cache. */
const buildSerially = (unit: BuildUnit, root: string, hashes: FileHashes): Promise<Built> =>
  runSerially(unit.folder, () => build(unit, root, hashes));

async function build(unit: BuildUnit, root: string, hashes: FileHashes): Promise<Built> {
  const { name, folder, clients = [] } = unit;
  const options = buildOptions(unit);
  const settings = hashOf(esbuild.version, JSON.stringify(options), ...clients.map(({ hash }) => hash));
  const recordFile = join(root, '.cache', `${name}.json`);
  const known = readRecord(recordFile);
  if (known && isFresh(known, settings, folder, hashes)) return { folder, hash: known.hash, cached: true };
  const { outputFiles, metafile } = await esbuild.build(options);
  for (const { file, bundle } of clients) writeAtomically(join(folder, file), readFileSync(bundle), root);
  for (const { path, contents } of entryLast(outputFiles)) writeAtomically(path, contents, root);
  const record: BundleRecord = {
    settings,
    inputs: hashInputs(metafile, ENTRY, hashes),
    outputs: [...clients.map(({ file }) => file), ...outputFiles.map(({ path }) => relative(folder, path))],
    hash: hashOf(...outputFiles.map(({ contents }) => contents)),
  };
  writeAtomically(recordFile, JSON.stringify(record), root);
  return { folder, hash: record.hash, cached: false };
}

/** The entry is written after the chunks that it imports, because another process may load it at any time. */
const entryLast = (files: readonly OutputFile[]): OutputFile[] =>
  [...files].sort((a, b) => Number(basename(a.path) === 'index.mjs') - Number(basename(b.path) === 'index.mjs'));

/** This package's dependencies, such as zod, for projects that do not install them themselves. */
const OWN_PACKAGES = join(dirname(createRequire(import.meta.url).resolve('zod/package.json')), '..');

const buildOptions = ({ folder, contents, loader = 'js', resolveDir, splitting }: BuildUnit) =>
  ({
    stdin: { contents, resolveDir, sourcefile: ENTRY, loader },
    outdir: folder,
    entryNames: 'index',
    chunkNames: 'chunks/[name]-[hash]',
    outExtension: { '.js': '.mjs' },
    external: CLIENT_NAMES.map((name) => `./${clientFile(name)}`),
    alias: { 'stepflow-aws/component': runtimeFile('index') },
    // 'module' is esbuild's own. With the other one, a subpath that this package lacks is not resolved: an error with its place.
    conditions: ['module', 'stepflow-bundle'],
    nodePaths: [OWN_PACKAGES],
    ...FUNCTION_BUILD,
    splitting,
    metafile: true,
    write: false,
  }) as const satisfies BuildOptions;
