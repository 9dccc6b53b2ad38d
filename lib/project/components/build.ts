import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import type { BuildOptions, OutputFile } from 'esbuild';
import * as esbuild from 'esbuild';
import {
  type BundleRecord,
  type FileHashes,
  hashInputs,
  hashOf,
  isFresh,
  readRecord,
  writeAtomically,
} from './bundle-cache.ts';
import { FUNCTION_BUILD } from './function-build.ts';
import { runSerially } from './in-turn.ts';
import { runtimeFile } from './package-files.ts';

/** The name of what is bundled in messages of the bundler: no file has it. */
export const ENTRY = 'stepflow-entry.mjs';

/** A bundle that is copied into the folders of others, which import it from a folder there. */
export interface CopiedBundle {
  /** The folder's name in these folders. */
  readonly into: string;
  /** Where its files are. */
  readonly from: string;
  /** How others import it. */
  readonly imported: string[];
  /** The names of its files. */
  readonly files: readonly string[];
  /** Hash of its content. */
  readonly hash: string;
}

/** What is bundled: a text, which becomes `index.mjs`, or files, each of which keeps its name. */
export type Source = Pick<BuildOptions, 'splitting'> &
  (
    | { readonly stdin: { readonly contents: string; readonly loader?: 'js' | 'ts'; readonly resolveDir: string } }
    | { readonly entryPoints: { readonly [name: string]: string } }
  );

/** A bundle to be built. */
export interface BuildUnit {
  readonly name: string;
  readonly folder: string;
  readonly source: Source;
  /** What is copied into its folder. @default nothing */
  readonly copied?: CopiedBundle;
}

/** A bundle that is up to date. */
export interface Built {
  readonly folder: string;
  /** Its files, relative to the folder. */
  readonly files: readonly string[];
  readonly hash: string;
  readonly cached: boolean;
}

/** Flows that are checked at once may need the same unit: it is built once, the others find it in the cache. */
export const buildSerially = (unit: BuildUnit, root: string, hashes: FileHashes): Promise<Built> =>
  runSerially(unit.folder, () => build(unit, root, hashes));

async function build(unit: BuildUnit, root: string, hashes: FileHashes): Promise<Built> {
  const { name, folder, copied } = unit;
  const options = buildOptions(unit);
  const settings = hashOf(esbuild.version, JSON.stringify(options), copied?.hash ?? '');
  const recordFile = join(root, '.cache', `${name}.json`);
  const known = readRecord(recordFile);
  if (known && isFresh(known, settings, folder, hashes))
    return { folder, files: known.outputs, hash: known.hash, cached: true };
  const { outputFiles, metafile } = await esbuild.build(options);
  const copies = copied ? copied.files.map((file) => [join(copied.into, file), join(copied.from, file)] as const) : [];
  for (const [to, from] of copies) writeAtomically(join(folder, to), readFileSync(from), root);
  for (const { path, contents } of entriesLast(outputFiles, unit)) writeAtomically(path, contents, root);
  const record: BundleRecord = {
    settings,
    inputs: hashInputs(metafile, ENTRY, hashes),
    outputs: [...copies.map(([to]) => to), ...outputFiles.map(({ path }) => relative(folder, path))],
    hash: hashOf(...outputFiles.map(({ contents }) => contents)),
  };
  writeAtomically(recordFile, JSON.stringify(record), root);
  return { folder, files: record.outputs, hash: record.hash, cached: false };
}

/** The entries are written after the chunks that they import, because another process may load them at any time. */
function entriesLast(files: readonly OutputFile[], { source }: BuildUnit): readonly OutputFile[] {
  const entries = new Set('stdin' in source ? ['index'] : Object.keys(source.entryPoints));
  const isEntry = ({ path }: OutputFile): boolean => entries.has(basename(path, '.mjs'));
  return [...files].sort((a, b) => Number(isEntry(a)) - Number(isEntry(b)));
}

/** This package's dependencies, such as zod, for projects that do not install them themselves. */
const OWN_PACKAGES = join(dirname(createRequire(import.meta.url).resolve('zod/package.json')), '..');

const buildOptions = ({ folder, source, copied }: BuildUnit) =>
  ({
    ...('stdin' in source
      ? {
          stdin: { loader: 'js', ...source.stdin, sourcefile: ENTRY },
          entryNames: 'index',
          chunkNames: 'chunks/[name]-[hash]',
        }
      : { entryPoints: source.entryPoints, entryNames: '[name]', chunkNames: '[name]-[hash]' }),
    splitting: source.splitting ?? false,
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    external: copied?.imported ?? [],
    alias: { 'stepflow-aws/component': runtimeFile('index') },
    // 'module' is esbuild's own. With the other one, a subpath that this package lacks is not resolved: an error with its place.
    conditions: ['module', 'stepflow-bundle'],
    nodePaths: [OWN_PACKAGES],
    ...FUNCTION_BUILD,
    metafile: true,
    write: false,
  }) as const satisfies BuildOptions;
