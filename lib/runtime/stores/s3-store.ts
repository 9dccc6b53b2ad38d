import {
  GetObjectCommand,
  HeadObjectCommand,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { FlowError } from '../../protocol/errors.ts';
import type { ObjectStore } from './object-store.ts';
import { parseLocation } from './s3-location.ts';

/** S3 emulators at a custom endpoint do not support a host name per bucket. */
const newClient = (): S3Client => new S3Client({ forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined });

/** Stores texts as objects of an S3 bucket. Throws RESOURCE_UNAVAILABLE if the bucket cannot be reached. */
export function s3Store(location: string, client: S3Client = newClient()): ObjectStore {
  const { Bucket, prefix } = parseLocation(location);
  const at = (key: string) => ({ Bucket, Key: `${prefix}${key}` });
  const put = (key: string, text: string, condition: { IfNoneMatch?: string }): Promise<unknown> =>
    client.send(new PutObjectCommand({ ...at(key), ...condition, Body: text, ContentType: 'application/json' }));
  const guard = withStoreErrors(location);
  return {
    location,
    address: at,
    read: (key) =>
      guard(async () => {
        const object = await client.send(new GetObjectCommand(at(key)));
        return object.Body?.transformToString('utf-8');
      }).catch(ifAbsent(undefined)),
    has: (key) =>
      guard(async () => {
        await client.send(new HeadObjectCommand(at(key)));
        return true;
      }).catch(ifAbsent(false)),
    write: (key, text) => guard(async () => void (await put(key, text, {}))),
    writeOnce: (key, text) =>
      guard(async () => {
        await put(key, text, { IfNoneMatch: '*' }).catch(ifWritten);
      }),
  };
}

const isAbsent = (error: unknown): boolean => error instanceof NoSuchKey || error instanceof NotFound;

const ifAbsent =
  <T>(value: T) =>
  (error: unknown): T => {
    if (isAbsent(error)) return value;
    throw error;
  };

/** 412: the object exists already. 409: another writer is writing the same content. */
function ifWritten(error: unknown): void {
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
  if (status !== 412 && status !== 409) throw error;
}

const withStoreErrors =
  (location: string) =>
  async <T>(call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (error) {
      if (isAbsent(error)) throw error;
      const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      const message = `the blob store ${location} cannot be used: ${why}`;
      throw new FlowError('RESOURCE_UNAVAILABLE', message, { cause: error });
    }
  };
