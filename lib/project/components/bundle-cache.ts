import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import type { Metafile } from 'esbuild';
import { isObject } from '../../protocol/json.ts';

/** The inputs and outputs of a bundle, stored beside the bundles so that only changed components are bundled again. */
export interface BundleRecord {
  /** Hash of the bundler's options and version, and of what is copied into its folder. */
  readonly settings: string;
  /** Hash of each source, by absolute path. */
  readonly inputs: { readonly [file: string]: string };
  /** Files of the bundle, relative to its folder. */
  readonly outputs: readonly string[];
  /** Hash of the bundle's content. */
  readonly hash: string;
}

/** The hex SHA-256 of the concatenated parts. */
export function hashOf(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

/**
 * The hashes of installed packages' files. A process loads a package once, so it reads its files once too: the AWS clients
 * alone have over a thousand, and a process that runs flows looks for its bundles at each run.
 */
const INSTALLED = new Map<string, string>();

const isInstalled = (file: string): boolean => file.includes(`${sep}node_modules${sep}`);

/** Hashes of files; each file is read once, one of an installed package once in a process. */
export class FileHashes {
  readonly #known = new Map<string, string | undefined>();

  /** The hash of a file's content; undefined if there is no such file. */
  of(file: string): string | undefined {
    const before = INSTALLED.get(file);
    if (before !== undefined) return before;
    if (!this.#known.has(file)) this.#known.set(file, existsSync(file) ? hashOf(readFileSync(file)) : undefined);
    const hash = this.#known.get(file);
    if (hash !== undefined && isInstalled(file)) INSTALLED.set(file, hash);
    return hash;
  }
}

/** Reads the record in `file`; undefined if it is absent or damaged. */
export function readRecord(file: string): BundleRecord | undefined {
  try {
    const record: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isRecord(record) ? record : undefined;
  } catch {
    return undefined; // absent or damaged: the component is bundled again
  }
}

const isRecord = (value: unknown): value is BundleRecord =>
  isObject(value) &&
  typeof value.settings === 'string' &&
  typeof value.hash === 'string' &&
  isObject(value.inputs) &&
  Array.isArray(value.outputs);

/** Whether the bundle in `folder` is up to date with its sources and settings. */
export const isFresh = (record: BundleRecord, settings: string, folder: string, hashes: FileHashes): boolean =>
  record.settings === settings &&
  record.outputs.every((file) => existsSync(join(folder, file))) &&
  Object.entries(record.inputs).every(([file, hash]) => hashes.of(file) === hash);

/** The hashes of the sources that esbuild read, without the generated entry, which is part of the settings. */
export const hashInputs = (metafile: Metafile, entry: string, hashes: FileHashes): BundleRecord['inputs'] =>
  Object.fromEntries(
    Object.keys(metafile.inputs)
      .filter((input) => input !== entry)
      .map((input) => resolve(input))
      .flatMap((file) => {
        const hash = hashes.of(file);
        return hash === undefined ? [] : [[file, hash] as const];
      }),
  );

/**
 * Writes aside, then renames into place, unless the file is the same already: others may be reading it. Aside is no
 * function's folder: one that is deployed or copied at this moment holds nothing but its own files. `root`: the folder
 * of all bundles, absolute.
 */
export function writeAtomically(file: string, contents: string | Uint8Array, root: string): void {
  if (existsSync(file) && Buffer.from(contents).equals(readFileSync(file))) return;
  const aside = join(root, '.cache', `${randomUUID()}.tmp`);
  for (const written of [file, aside]) mkdirSync(dirname(written), { recursive: true });
  writeFileSync(aside, contents);
  renameSync(aside, file);
}
