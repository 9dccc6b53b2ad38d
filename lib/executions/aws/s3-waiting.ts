import { paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import type { ObjectStore } from '../../runtime/index.ts';
import type { WaitingStore } from '../waiting/waiting-store.ts';

/** Emulators at a custom endpoint do not support a host name per bucket. */
const newClient = (): S3Client => new S3Client({ forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined });

/** What the steps of deployed flows ask, in the bucket of the store `objects`. */
export function s3Waiting(objects: ObjectStore, client: S3Client = newClient()): WaitingStore {
  return {
    list: async (folder) => {
      const { Bucket, Key: Prefix } = objects.address(folder);
      const keys: string[] = [];
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix }))
        keys.push(...Contents.flatMap(({ Key }) => (Key === undefined ? [] : [folder + Key.slice(Prefix.length)])));
      return keys;
    },
    read: (key) => objects.read(key),
    write: (key, text) => objects.write(key, text),
  };
}
