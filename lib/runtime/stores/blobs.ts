import { createHash } from 'node:crypto';
import { FlowError } from '../../protocol/errors.ts';
import type { Json } from '../../protocol/json.ts';
import type { ObjectStore } from './object-store.ts';
import { keyIn } from './store-folders.ts';

/** A stored blob: its id and its size in bytes of JSON. */
export interface BlobRef {
  readonly blobId: string;
  readonly size: number;
}

/** Content-addressed values: stored by the hash of their content, written once, verified on read. */
export interface BlobStore {
  /** Stores a value, unless it is stored already. Where blobs expire, it is kept for at least half their life from now on. */
  put(value: Json): Promise<BlobRef>;
  /** The value with that id. Throws RESOURCE_UNAVAILABLE if it is absent or damaged. */
  get(blobId: string): Promise<Json>;
  has(blobId: string): Promise<boolean>;
}

/** A blob's id: the hex SHA-256 of the value's compact JSON, keys in the order given. */
export const blobIdOf = (value: Json): string => sha256(JSON.stringify(value));

/** The hex SHA-256 of a text. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const keyOf = (blobId: string): string => keyIn('blobs', `${blobId}.json`);

/** The blobs in a store. */
export const blobStore = (objects: ObjectStore): BlobStore => ({
  put: async (value) => {
    const text = JSON.stringify(value);
    const blobId = sha256(text);
    await objects.writeOnce(keyOf(blobId), text);
    return { blobId, size: Buffer.byteLength(text) };
  },
  get: async (blobId) => {
    const text = await objects.read(keyOf(blobId));
    if (text === undefined) throw absent(blobId, objects.location);
    const found = sha256(text);
    if (found !== blobId) throw damaged(blobId, found, objects.location);
    return JSON.parse(text);
  },
  has: (blobId) => objects.has(keyOf(blobId)),
});

const absent = (blobId: string, location: string): FlowError =>
  new FlowError('RESOURCE_UNAVAILABLE', `blob ${blobId} is not in ${location}; store it there first, with put_blob`);

const damaged = (blobId: string, found: string, location: string): FlowError =>
  new FlowError(
    'RESOURCE_UNAVAILABLE',
    `blob ${blobId} in ${location} is damaged: its content has the hash ${found}; delete ${keyOf(blobId)} and store it again`,
  );
