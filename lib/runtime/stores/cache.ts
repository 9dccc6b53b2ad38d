import { isObject, type Json } from '../../protocol/json.ts';
import { sha256 } from './blobs.ts';
import type { ObjectStore } from './object-store.ts';
import { keyIn } from './store-folders.ts';

/** Values by keys of the caller's choice, with an optional time to live; stored beside the blobs. */
export interface CacheStore {
  /** The value of `key`; undefined if there is none or it has expired. */
  get(key: string): Promise<Json | undefined>;
  /** Stores or replaces a value; without `ttlSeconds` it is kept as long as the store keeps it. */
  set(key: string, value: Json, ttlSeconds?: number): Promise<void>;
}

// Keys are hashed because they may contain characters that a file name may not.
const nameOf = (key: string): string => keyIn('cache', `${sha256(key)}.json`);

/** The cache in a store; `now` returns milliseconds since the epoch. */
export const cacheStore = (objects: ObjectStore, now: () => number = Date.now): CacheStore => ({
  get: async (key) => {
    const text = await objects.read(nameOf(key));
    const entry: Json = text === undefined ? null : JSON.parse(text);
    if (!isObject(entry)) return undefined;
    const expired = typeof entry.expiresAt === 'number' && entry.expiresAt <= now();
    return expired ? undefined : entry.value;
  },
  set: (key, value, ttlSeconds) => {
    const expiry = ttlSeconds === undefined ? {} : { expiresAt: now() + ttlSeconds * 1000 };
    return objects.write(nameOf(key), JSON.stringify({ key, value, ...expiry }));
  },
});
