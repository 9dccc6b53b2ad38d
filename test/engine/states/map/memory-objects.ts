import { gzipSync } from 'node:zlib';
import { ObjectError, type S3Objects } from '../../../../lib/engine/index.ts';
import type { JsonObject } from '../../../../lib/protocol/json.ts';
import { run } from '../../harness.ts';

/** S3 in memory: texts by `bucket/key`. Objects come in pieces of a few bytes, so that no reader can count on whole lines. */
export function memoryObjects(files: Readonly<Record<string, string | Uint8Array>> = {}) {
  const objects = new Map(Object.entries(files).map(([at, content]) => [at, Buffer.from(content)]));
  const opened: string[] = [];
  const closed: string[] = [];
  const discarded: string[] = [];
  const s3: S3Objects = {
    async *getObject({ Bucket, Key }) {
      const at = `${Bucket}/${Key}`;
      const bytes = objects.get(at);
      if (bytes === undefined) throw new ObjectError('NoSuchKey', 'The specified key does not exist.');
      opened.push(at);
      try {
        for (let from = 0; from < bytes.length; from += 7) yield bytes.subarray(from, from + 7);
      } finally {
        closed.push(at);
      }
    },
    async putObject({ Bucket, Key }) {
      const pieces: string[] = [];
      return {
        write: async (text) => void pieces.push(text),
        close: async () => void objects.set(`${Bucket}/${Key}`, Buffer.from(pieces.join(''))),
        discard: async () => void discarded.push(`${Bucket}/${Key}`),
      };
    },
    async *listObjects(bucket, prefix) {
      for (const at of [...objects.keys()].sort())
        if (at.startsWith(`${bucket}/${prefix}`))
          yield {
            Key: at.slice(bucket.length + 1),
            Size: objects.get(at)?.length ?? 0,
            lastModifiedMs: 1_668_721_920_500,
            ETag: `"${at.length}"`,
          };
    },
  };
  const text = (at: string): string => objects.get(at)?.toString() ?? '';
  const keys = (): string[] => [...objects.keys()].sort();
  return { s3, text, keys, opened, closed, discarded };
}

/** A text compressed with gzip. */
export const gzipped = (text: string): Uint8Array => gzipSync(text);

/** A machine of one distributed Map, whose children give their input back unless `inner` says otherwise. */
export const mapOf = (more: JsonObject, inner: JsonObject = { Type: 'Pass', End: true }): JsonObject => ({
  QueryLanguage: 'JSONata',
  StartAt: 'Map',
  States: {
    Map: {
      Type: 'Map',
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'Inner',
        States: { Inner: inner },
      },
      End: true,
      ...more,
    },
  },
});

/** An ItemReader of one object, `b/k`. */
export const readerOf = (ReaderConfig: JsonObject): JsonObject => ({
  ItemReader: { Resource: 'arn:aws:states:::s3:getObject', ReaderConfig, Arguments: { Bucket: 'b', Key: 'k' } },
});

/** The output of a Map that reads its items from a file. */
export async function read(content: string | Uint8Array, ReaderConfig: JsonObject, more: JsonObject = {}) {
  const { s3, opened, closed } = memoryObjects({ 'b/k': content });
  const { result, types } = await run(mapOf({ ...readerOf(ReaderConfig), ...more }), undefined, { objects: s3 });
  return { ...result, types, opened, closed };
}
