import { resolve } from 'node:path';
import { folderStore } from './folder-store.ts';
import type { ObjectStore } from './object-store.ts';
import { parseLocation } from './s3-location.ts';
import type { OnceOptions } from './write-once.ts';

/** The environment variable with the location of the blobs: `s3://bucket/prefix`, or a folder's path. */
export const BLOBS_VARIABLE = 'STEPFLOW_BLOBS';

/** The environment variable with how many days a blob is kept after it was last written; without it, for good. */
export const BLOB_DAYS_VARIABLE = 'STEPFLOW_BLOB_DAYS';

const DAY_MS = 24 * 3600 * 1000;

/** The default folder of blobs for local runs, relative to the working directory. */
export const DEFAULT_BLOBS_FOLDER = '.stepflow/blobs';

/** Loads the S3 store, e.g. `() => import('./s3-store.ts')`. */
export type LoadS3 = () => Promise<{
  s3Store(location: string, client: undefined, once: Pick<OnceOptions, 'lifeMs'>): ObjectStore;
}>;

/**
 * The store at `location`. It is opened at its first use, and the S3 client is only loaded for a location in S3, so that
 * a function that uses no blobs does not pay for it.
 */
export function openStore(
  loadS3: LoadS3,
  location = process.env[BLOBS_VARIABLE] ?? DEFAULT_BLOBS_FOLDER,
  days = process.env[BLOB_DAYS_VARIABLE],
): ObjectStore {
  if (!location.startsWith('s3://')) return folderStore(resolve(location));
  let opened: Promise<ObjectStore> | undefined;
  const store = (): Promise<ObjectStore> => {
    opened ??= loadS3().then(({ s3Store }) => s3Store(location, undefined, { lifeMs }));
    return opened;
  };
  const lifeMs = days === undefined ? undefined : Number(days) * DAY_MS;
  const { Bucket, prefix } = parseLocation(location);
  return {
    location,
    address: (key) => ({ Bucket, Key: `${prefix}${key}` }),
    read: async (key) => (await store()).read(key),
    async *readInPieces(key) {
      yield* (await store()).readInPieces(key);
    },
    has: async (key) => (await store()).has(key),
    write: async (key, text) => (await store()).write(key, text),
    writeOnce: async (key, text) => (await store()).writeOnce(key, text),
  };
}
