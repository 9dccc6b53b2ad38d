import type { BlobUse } from '../../protocol/metrics.ts';
import type { ObjectStore } from './object-store.ts';

/** A store, and what has been done in it so far. */
export interface CountedStore {
  readonly store: ObjectStore;
  readonly use: () => BlobUse;
}

/** Counts what is read and written in a store: what is attempted counts, whatever comes of it. */
export function countedStore(store: ObjectStore): CountedStore {
  const use = { operations: 0, bytes: 0, hits: 0 };
  const count = (text = ''): void => {
    use.operations += 1;
    use.bytes += Buffer.byteLength(text);
  };
  return {
    use: () => ({ ...use }),
    store: {
      location: store.location,
      address: (key) => store.address(key),
      read: async (key) => {
        count();
        const text = await store.read(key);
        use.bytes += Buffer.byteLength(text ?? '');
        return text;
      },
      async *readInPieces(key) {
        count();
        for await (const piece of store.readInPieces(key)) {
          use.bytes += Buffer.byteLength(piece);
          yield piece;
        }
      },
      has: (key) => {
        count();
        return store.has(key);
      },
      write: (key, text) => {
        count(text);
        return store.write(key, text);
      },
      writeOnce: async (key, text) => {
        count();
        const isThere = await store.writeOnce(key, text);
        if (isThere) use.hits += 1;
        else use.bytes += Buffer.byteLength(text);
        return isThere;
      },
    },
  };
}
