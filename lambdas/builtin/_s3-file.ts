import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { FlowError } from '../../lib/runtime/index.ts';
import type { FoundFile } from './_local-file.ts';

/** Reads an object of S3. One that cannot be read is RESOURCE_UNAVAILABLE. */
export async function readS3(uri: string, signal: AbortSignal): Promise<FoundFile> {
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  if (!Bucket || !Key) throw new FlowError('INVALID_INPUT', `found "${uri}", wanted s3://bucket/key`);
  // A stand-in for S3 at an endpoint of its own has no host name for each bucket.
  const client = new S3Client({ forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined });
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }), { abortSignal: signal });
    return { bytes: (await Body?.transformToByteArray()) ?? new Uint8Array(), place: uri };
  } catch (error) {
    signal.throwIfAborted();
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new FlowError(
      'RESOURCE_UNAVAILABLE',
      `"${uri}" cannot be read (${why}); the object is to be there, and the caller needs the right s3:GetObject on it`,
      { cause: error },
    );
  }
}
