import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { Diagnostic } from '../../diagnostics/diagnostics.ts';
import { answerKindOf } from '../../protocol/waiting.ts';
import { buildSerially, type CopiedBundle, ENTRY, type Source } from './build.ts';
import { FileHashes, hashOf } from './bundle-cache.ts';
import { BundleError, diagnoseBundle, isBuildFailure } from './bundle-error.ts';
import type { ComponentFile } from './catalog.ts';
import { bundledClients, clientPath } from './clients.ts';
import { isCheckout, OWN_BUNDLES, runtimeFile } from './package-files.ts';

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
  const clients = await bundledClients();
  return Promise.all(
    components.map((component) =>
      bundleOne(component, root, hashes, clients).catch((reason: unknown): Unbundled => {
        if (!isBuildFailure(reason)) throw reason;
        return { component, diagnostics: diagnoseBundle(component, reason, ENTRY) };
      }),
    ),
  );
}

/** Bundles a program of this package, for processes that start without a TypeScript loader. Returns its file. */
export async function bundleProgram(name: string, program: string): Promise<string> {
  const stdin = { contents: readFileSync(program, 'utf8'), loader: 'ts', resolveDir: dirname(program) } as const;
  const folder = join(OWN_BUNDLES, '.cache', name);
  const built = await buildSerially({ name, folder, source: { stdin } }, OWN_BUNDLES, new FileHashes());
  return join(built.folder, 'index.mjs');
}

async function bundleOne(
  component: ComponentFile,
  project: string,
  hashes: FileHashes,
  copied: CopiedBundle,
): Promise<Bundle> {
  const root = component.builtin && isCheckout ? OWN_BUNDLES : project;
  const name = folderName(component, root);
  const folder = join(root, name);
  const built = await buildSerially({ name, folder, copied, source: sourceOf(component) }, root, hashes);
  return { component, folder, entry: join(folder, 'index.mjs'), hash: built.hash, cached: built.cached };
}

function sourceOf({ path, file, builtin, fusedComponents }: ComponentFile): Source {
  const waits = builtin && answerKindOf(path) !== undefined;
  const wrapper = fusedComponents ? 'wrapFusedChain' : waits ? 'wrapWaiting' : 'wrap';
  const contents = [
    ...(fusedComponents ? fusedImports(fusedComponents) : [`import component from ${JSON.stringify(file)};`]),
    `import { openSecrets, openStore, ${wrapper} } from ${JSON.stringify(runtimeFile('index'))};`,
    `const store = () => openStore(() => import('${clientPath('s3-store')}'));`,
    `const secrets = openSecrets(() => import('${clientPath('secrets-manager')}'));`,
    ...(fusedComponents
      ? [
          'export { components };',
          `const paths = ${JSON.stringify(fusedComponents.map((each) => each.path))};`,
          'export const handler = wrapFusedChain(components, { store, secrets, paths });',
        ]
      : [
          'export { component };',
          `const path = ${JSON.stringify(path)};`,
          `export const handler = ${wrapper}(component, { store, secrets, path });`,
        ]),
  ].join('\n');
  return { stdin: { contents, resolveDir: dirname(file) }, splitting: true };
}

/** Imports the components of a fused chain as a list. */
const fusedImports = (files: readonly ComponentFile[]): readonly string[] => [
  ...files.map(({ file }, at) => `import component${at} from ${JSON.stringify(file)};`),
  `const components = [${files.map((_, at) => `component${at}`).join(', ')}];`,
];
