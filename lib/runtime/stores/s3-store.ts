import {
  HeadObjectCommand,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { FlowError } from '../../protocol/errors.ts';
import type { ObjectStore } from './object-store.ts';
import { readText, textInPieces } from './s3-body.ts';
import { parseLocation } from './s3-location.ts';
import { MOST_ATTEMPTS, type OnceOptions, type Written, writeOnce } from './write-once.ts';

/**
 * S3 emulators at a custom endpoint do not support a host name per bucket. More attempts than the client's own three: many
 * iterations that begin at once are more requests than a bucket takes before it has grown with them (503 Slow Down).
 */
const newClient = (): S3Client =>
  new S3Client({ forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined, maxAttempts: 6 });

/** Stores texts as objects of an S3 bucket. Throws RESOURCE_UNAVAILABLE if the bucket cannot be used. */
export function s3Store(location: string, client: S3Client = newClient(), once: OnceOptions = {}): ObjectStore {
  const { Bucket, prefix } = parseLocation(location);
  const at = (key: string) => ({ Bucket, Key: `${prefix}${key}` });
  const put = async (key: string, text: string, condition: { IfNoneMatch?: string } = {}): Promise<void> => {
    await client.send(new PutObjectCommand({ ...at(key), ...condition, Body: text, ContentType: 'application/json' }));
  };
  const lastWrittenMs = async (key: string): Promise<number> => {
    const { LastModified } = await client.send(new HeadObjectCommand(at(key)));
    return LastModified?.getTime() ?? 0;
  };
  const guard = withStoreErrors(location);
  return {
    location,
    address: at,
    read: (key) => guard(() => readText(client, at(key))).catch(ifAbsent(undefined)),
    readInPieces: (key) => guardedPieces(textInPieces(client, at(key)), failureAt(location)),
    has: (key) => guard(async () => (await lastWrittenMs(key)) >= 0).catch(ifAbsent(false)),
    write: (key, text) => guard(() => put(key, text)),
    writeOnce: (key, text) =>
      guard(async () => {
        const writer = {
          writeIfAbsent: () => put(key, text, { IfNoneMatch: '*' }).then(() => 'written' as const, unlessThere),
          lastWrittenMs: () => lastWrittenMs(key).catch(ifAbsent(undefined)),
          rewrite: () => put(key, text),
        };
        const written = await writeOnce(writer, once);
        if (written === 'conflict') throw new Error(`${MOST_ATTEMPTS} writes of ${key} met another one`);
        return written === 'there';
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

/** What a refused conditional write says. 412: the object is there. 409: another write or a deletion was under way, of unknown outcome. */
function unlessThere(error: unknown): Written {
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
  if (status === 412) return 'there';
  if (status === 409) return 'conflict';
  throw error;
}

const withStoreErrors =
  (location: string) =>
  async <T>(call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (error) {
      if (isAbsent(error)) throw error;
      throw failureAt(location)(error);
    }
  };

const failureAt =
  (location: string) =>
  (error: unknown): FlowError => {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const message = `the blob store ${location} cannot be used: ${why}`;
    return new FlowError('RESOURCE_UNAVAILABLE', message, { cause: error });
  };

async function* guardedPieces(
  pieces: AsyncIterable<string>,
  failure: (error: unknown) => FlowError,
): AsyncGenerator<string> {
  try {
    yield* pieces;
  } catch (error) {
    throw failure(error);
  }
}
