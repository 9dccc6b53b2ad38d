import type { S3Objects } from '../../../objects.ts';
import { type Item, sourceOf } from '../item.ts';
import type { FileReader } from './file-reader.ts';

/**
 * The objects of a bucket as items, with the fields that a Map on AWS gets from ListObjectsV2.
 * Source: "Iterating over Amazon S3 objects", AWS Step Functions developer guide.
 */
export async function* listObjectItems(objects: S3Objects, bucket: string, prefix: string): AsyncGenerator<Item> {
  for await (const { ETag, Key, lastModifiedMs, Size, StorageClass = 'STANDARD' } of objects.listObjects(
    bucket,
    prefix,
  )) {
    const LastModified = Math.floor(lastModifiedMs / 1000);
    yield { value: { Etag: ETag, Key, LastModified, Size, StorageClass }, source: `S3://${bucket}` };
  }
}

/** The items in all objects of a bucket, as with the Transformation LOAD_AND_FLATTEN. */
export async function* loadAndFlatten(
  objects: S3Objects,
  bucket: string,
  prefix: string,
  readFile: FileReader,
): AsyncGenerator<Item> {
  for await (const { Key } of objects.listObjects(bucket, prefix)) {
    const address = { Bucket: bucket, Key };
    yield* readFile(objects.getObject(address), sourceOf(address));
  }
}
