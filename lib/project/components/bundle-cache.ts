import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Metafile } from 'esbuild';
import { isObject } from '../../protocol/json.ts';

/** What a bundle was made of and what came of it; kept beside the bundles, so that only what changed is made again. */
export interface BundleRecord {
  /** Hash of all that steers the bundler: its options, its version. */
  readonly settings: string;
  /** Hash of each source, by absolute path. */
  readonly inputs: { readonly [file: string]: string };
  /** Files of the bundle, relative to its folder. */
  readonly outputs: readonly string[];
  /** Hash of the bundle's content. */
  readonly hash: string;
}

/** The hex SHA-256 of texts or bytes, one after another. */
export function hashOf(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

/** Hashes files, each once. */
export class FileHashes {
  readonly #known = new Map<string, string | undefined>();

  /** The hash of a file's content; undefined where there is no such file. */
  of(file: string): string | undefined {
    if (!this.#known.has(file)) this.#known.set(file, existsSync(file) ? hashOf(readFileSync(file)) : undefined);
    return this.#known.get(file);
  }
}

/** The record in `file`; undefined where there is none that can be read. */
export function readRecord(file: string): BundleRecord | undefined {
  try {
    const record: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isRecord(record) ? record : undefined;
  } catch {
    return undefined; // absent or damaged: the bundle is made again
  }
}

const isRecord = (value: unknown): value is BundleRecord =>
  isObject(value) &&
  typeof value.settings === 'string' &&
  typeof value.hash === 'string' &&
  isObject(value.inputs) &&
  Array.isArray(value.outputs);

/** Whether a bundle in `folder` is still what its sources and settings would give. */
export const isFresh = (record: BundleRecord, settings: string, folder: string, hashes: FileHashes): boolean =>
  record.settings === settings &&
  record.outputs.every((file) => existsSync(join(folder, file))) &&
  Object.entries(record.inputs).every(([file, hash]) => hashes.of(file) === hash);

/** The sources that esbuild read, with their hashes; the generated entry is part of the settings. */
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
