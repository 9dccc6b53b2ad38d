import { isObject, type Json } from '../../protocol/json.ts';
import { sha256 } from './blobs.ts';
import type { ObjectStore } from './object-store.ts';

/** Values kept under keys of the caller's choice, each for a time; beside the blobs. */
export interface CacheStore {
  /** The value under `key`, or undefined where there is none or its time is over. */
  get(key: string): Promise<Json | undefined>;
  /** Stores or replaces a value; without `ttlSeconds` it does not expire. */
  set(key: string, value: Json, ttlSeconds?: number): Promise<void>;
}

// Keys are hashed: a key may hold any characters, a file's name may not.
const nameOf = (key: string): string => `cache/${sha256(key)}.json`;

/** The cache in a store; `now` gives milliseconds since the epoch. */
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
