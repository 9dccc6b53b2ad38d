import { ObjectError, type S3Objects } from '../../engine/index.ts';
import type { ObjectStore } from '../../runtime/stores/object-store.ts';

/** S3 for distributed Maps, backed by the blob store: it contains the objects of the store only. */
export function storeObjects(store: ObjectStore): S3Objects {
  const { Bucket: bucket, Key: base } = store.address('');
  const keyOf = (Bucket: string, Key: string): string => {
    if (Bucket === bucket && Key.startsWith(base)) return Key.slice(base.length);
    throw new ObjectError('NoSuchBucket', `There is no bucket "${Bucket}" here; the blobs are in "${bucket}".`);
  };
  return {
    async *getObject({ Bucket, Key }) {
      const text = await store.read(keyOf(Bucket, Key));
      if (text === undefined) throw new ObjectError('NoSuchKey', `The key "${Key}" does not exist in "${Bucket}".`);
      yield Buffer.from(text);
    },
    async putObject({ Bucket, Key }) {
      const key = keyOf(Bucket, Key);
      const pieces: string[] = [];
      return {
        write: async (text) => void pieces.push(text),
        close: () => store.write(key, pieces.join('')),
        discard: async () => {},
      };
    },
    listObjects(_, prefix) {
      throw new ObjectError('NotImplemented', `Keys under "${prefix}" cannot be listed in the store of blobs.`);
    },
  };
}
