import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';

/** Bytes of a large object that one request asks for: an interrupted one repeats no more than this. */
const PIECE_BYTES = 8 * 1024 * 1024;

const MOST_ATTEMPTS = 3;
const PAUSE_MS = 200;

interface Address {
  readonly Bucket: string;
  readonly Key: string;
}

/** The text of an object. An object that breaks off while it is read is read again: the client repeats only what had no answer. */
export function readText(client: S3Client, address: Address): Promise<string> {
  return again(async () => {
    const { Body } = await client.send(new GetObjectCommand(address));
    return (await Body?.transformToString('utf-8')) ?? '';
  });
}

/** The text of an object, a piece a request. */
export async function* textInPieces(client: S3Client, address: Address): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let from = 0;
  let total = Number.POSITIVE_INFINITY;
  while (from < total) {
    const Range = `bytes=${from}-${from + PIECE_BYTES - 1}`;
    const { bytes, all } = await again(async () => {
      const { Body, ContentRange } = await client.send(new GetObjectCommand({ ...address, Range }));
      const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
      // Without a range, the answer is the whole object.
      return { bytes, all: Number(/\/(\d+)$/.exec(ContentRange ?? '')?.[1] ?? bytes.length) };
    });
    total = all;
    from += bytes.length;
    if (bytes.length === 0 && from < total) throw new Error(`byte ${from} of ${total} is not there`);
    yield decoder.decode(bytes, { stream: true });
  }
  yield decoder.decode();
}

/** Repeats what fails while it is read. An answer of S3 that refuses the request is final: it has a status. */
async function again<T>(read: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await read();
    } catch (error) {
      if (attempt === MOST_ATTEMPTS || (error instanceof Error && '$metadata' in error)) throw error;
      await sleep(PAUSE_MS * attempt);
    }
  }
}
