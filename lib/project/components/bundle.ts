import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type OutputFile, version } from 'esbuild';
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

/** A component with its wrapper, as one function: run on a laptop and deployed alike. */
export interface Bundle {
  readonly component: ComponentFile;
  /** The function's folder, absolute; its `index.mjs` exports `handler` and `component`. */
  readonly folder: string;
  readonly entry: string;
  /** Hash of its content: a changed bundle has another. */
  readonly hash: string;
  /** Whether it was there already, made of the same sources. */
  readonly cached: boolean;
}

/** Where bundles go. */
export interface BundleOptions {
  /** Gets a folder for each component: `user-load` for `/user/load`. Two levels below the project's folder. */
  readonly outDir: string;
}

const here = fileURLToPath(import.meta.url);
const runtimeFile = (name: string): string => join(dirname(here), '../../runtime', `${name}${extname(here)}`);

const ENTRY = 'stepflow-entry.mjs';

/** The AWS clients of the runtime: the same for all functions, bundled once, laid beside each, loaded when first needed. */
const CLIENTS = { 's3-store': 'stores/s3-store', 'secrets-manager': 'secrets/secrets-manager' } as const;
type ClientName = keyof typeof CLIENTS;
const CLIENT_NAMES = ['s3-store', 'secrets-manager'] as const satisfies readonly ClientName[];
const clientFile = (name: ClientName): string => `${name}.mjs`;

/**
 * Its own name, with each `-` doubled so that `/a-b/c` and `/a/b-c` differ. Two components with one path, in different
 * folders of a project, would share a name: one from elsewhere than `lambdas` says in its own where it is from.
 */
function folderName({ path, file, builtin, fusedComponents: links }: ComponentFile, root: string): string {
  if (links) return fusedFolderName(links, root);
  const name = path.slice(1).replaceAll('-', '--').replaceAll('/', '-');
  const place = relative(join(root, '../..'), file);
  return builtin || place.startsWith(`lambdas${sep}`) ? name : `${name}-${hashOf(place).slice(0, 8)}`;
}

/** The first and the last of a chain, which may have too many for a name, and a hash of all. */
function fusedFolderName(links: readonly ComponentFile[], root: string): string {
  const names = links.map((link) => folderName(link, root));
  return `${names[0]}+${names.at(-1)}-${hashOf(names.join('+')).slice(0, 8)}`;
}

/** A component that cannot be bundled. */
export interface Unbundled {
  readonly component: ComponentFile;
  readonly diagnostics: readonly Diagnostic[];
}

/** {@link bundleEach} of components all of which are wanted: rejects with a {@link BundleError} where one has a fault. */
export async function bundle(components: readonly ComponentFile[], options: BundleOptions): Promise<readonly Bundle[]> {
  const made = await bundleEach(components, options);
  const faults = made.flatMap((each) => ('diagnostics' in each ? each.diagnostics : []));
  if (faults.length > 0) throw new BundleError(faults);
  return made.flatMap((each) => ('diagnostics' in each ? [] : [each]));
}

/** Bundles components, each into a folder of its own; what has not changed since the last time is left as it is. */
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

interface Client {
  readonly file: string;
  readonly contents: Uint8Array;
}

async function bundleClient(name: ClientName, root: string, hashes: FileHashes): Promise<Client> {
  const contents = `export * from ${JSON.stringify(runtimeFile(CLIENTS[name]))};`;
  const source: Source = { contents, resolveDir: dirname(here), splitting: false };
  const made = await buildSerially({ name, folder: join(root, '.cache', name), ...source }, root, hashes);
  return { file: clientFile(name), contents: readFileSync(join(made.folder, 'index.mjs')) };
}

async function bundleOne(
  component: ComponentFile,
  root: string,
  hashes: FileHashes,
  clients: readonly Client[],
): Promise<Bundle> {
  const name = folderName(component, root);
  const folder = join(root, name);
  const made = await buildSerially({ name, folder, ...componentSource(component) }, root, hashes);
  for (const { file, contents } of clients) writeAtomically(join(folder, file), contents, root);
  return { component, folder, entry: join(folder, 'index.mjs'), hash: made.hash, cached: made.cached };
}

interface Source {
  readonly contents: string;
  /** Where its imports are looked up. */
  readonly resolveDir: string;
  /** Whether what is imported dynamically becomes a file of its own. */
  readonly splitting: boolean;
}

const componentSource = ({ file, fusedComponents: links }: ComponentFile): Source => ({
  contents: [
    ...(links ? fusedImports(links) : [`import component from ${JSON.stringify(file)};`]),
    `import { openSecrets, openStore, ${links ? 'wrapFusedChain' : 'wrap'} } from ${JSON.stringify(runtimeFile('index'))};`,
    `const store = () => openStore(() => import('./${clientFile('s3-store')}'));`,
    `const secrets = openSecrets(() => import('./${clientFile('secrets-manager')}'));`,
    ...(links
      ? ['export { components };', 'export const handler = wrapFusedChain(components, { store, secrets });']
      : ['export { component };', 'export const handler = wrap(component, { store, secrets });']),
  ].join('\n'),
  resolveDir: dirname(file),
  splitting: true,
});

/** The components of a chain, as a list. */
const fusedImports = (links: readonly ComponentFile[]): readonly string[] => [
  ...links.map(({ file }, at) => `import component${at} from ${JSON.stringify(file)};`),
  `const components = [${links.map((_, at) => `component${at}`).join(', ')}];`,
];

interface BuildUnit extends Source {
  readonly name: string;
  readonly folder: string;
}

interface Built {
  readonly folder: string;
  readonly hash: string;
  readonly cached: boolean;
}

/** Many flows that are checked at once want the same units: each is made once, the others find it. */
const buildSerially = (unit: BuildUnit, root: string, hashes: FileHashes): Promise<Built> =>
  runSerially(unit.folder, () => makeNow(unit, root, hashes));

async function makeNow(unit: BuildUnit, root: string, hashes: FileHashes): Promise<Built> {
  const { name, folder } = unit;
  const options = buildOptions(unit);
  const settings = hashOf(version, JSON.stringify(options));
  const recordFile = join(root, '.cache', `${name}.json`);
  const known = readRecord(recordFile);
  if (known && isFresh(known, settings, folder, hashes)) return { folder, hash: known.hash, cached: true };
  const { outputFiles, metafile } = await build(options);
  for (const { path, contents } of entryLast(outputFiles)) writeAtomically(path, contents, root);
  const record: BundleRecord = {
    settings,
    inputs: hashInputs(metafile, ENTRY, hashes),
    outputs: outputFiles.map(({ path }) => relative(folder, path)),
    hash: hashOf(...outputFiles.map(({ contents }) => contents)),
  };
  writeAtomically(recordFile, JSON.stringify(record), root);
  return { folder, hash: record.hash, cached: false };
}

/** The entry is written after the chunks that it imports: another process may be loading it already. */
const entryLast = (files: readonly OutputFile[]): OutputFile[] =>
  [...files].sort((a, b) => Number(basename(a.path) === 'index.mjs') - Number(basename(b.path) === 'index.mjs'));

/** For packages that a user's project does not have itself, zod above all: this package's own. */
const OWN_PACKAGES = join(dirname(createRequire(import.meta.url).resolve('zod/package.json')), '..');

const buildOptions = ({ folder, contents, resolveDir, splitting }: BuildUnit) =>
  ({
    stdin: { contents, resolveDir, sourcefile: ENTRY },
    outdir: folder,
    entryNames: 'index',
    chunkNames: 'chunks/[name]-[hash]',
    outExtension: { '.js': '.mjs' },
    external: CLIENT_NAMES.map((name) => `./${clientFile(name)}`),
    alias: { 'stepflow-aws/component': runtimeFile('index') },
    nodePaths: [OWN_PACKAGES],
    ...FUNCTION_BUILD,
    splitting,
    metafile: true,
    write: false,
  }) as const satisfies BuildOptions;
