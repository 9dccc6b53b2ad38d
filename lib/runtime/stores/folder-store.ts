import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FlowError } from '../../protocol/errors.ts';
import type { ObjectStore } from './object-store.ts';

/** The bucket name that stands for the folder of blobs itself. */
export const OWN_BUCKET = 'stepflow-blobs';

/** Stores texts as files in `folder`, which is created at the first write. Throws RESOURCE_UNAVAILABLE if the disk fails. */
export function folderStore(folder: string): ObjectStore {
  const fileOf = (key: string): string => join(folder, key);
  const has = (key: string): Promise<boolean> =>
    access(fileOf(key)).then(
      () => true,
      () => false,
    );
  const write = (key: string, text: string): Promise<void> => replace(fileOf(key), text).catch(unavailable(folder));
  return {
    location: folder,
    address: (key) => ({ Bucket: OWN_BUCKET, Key: key }),
    has,
    write,
    read: (key) => readFile(fileOf(key), 'utf8').catch(absent).catch(unavailable(folder)),
    async *readInPieces(key) {
      try {
        yield* createReadStream(fileOf(key), 'utf8');
      } catch (error) {
        unavailable(folder)(error);
      }
    },
    writeOnce: async (key, text) => {
      // A file of another size is what a loss of power left of it.
      const isThere = (await bytesIn(fileOf(key))) === Buffer.byteLength(text);
      if (!isThere) await write(key, text);
      return isThere;
    },
  };
}

/** The bytes of a file; undefined if there is none. */
const bytesIn = (file: string): Promise<number | undefined> =>
  stat(file).then(
    ({ size }) => size,
    () => undefined,
  );

/** Writes to a temporary file, then renames it, so that readers see the old file or the new one, never a part. */
async function replace(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, text, { flag: 'wx' });
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

function absent(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

const unavailable =
  (folder: string) =>
  (error: unknown): never => {
    const why = error instanceof Error ? error.message : String(error);
    throw new FlowError('RESOURCE_UNAVAILABLE', `the blob folder ${folder} cannot be used: ${why}`, { cause: error });
  };
