import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import {
  type ListedObject,
  type ObjectAddress,
  ObjectError,
  type ObjectWriter,
  type S3Objects,
} from '../../engine/index.ts';
import { OWN_BUCKET } from '../../runtime/stores/folder-store.ts';

/**
 * A local S3 in the folder of blobs. The folder itself is a bucket; other buckets are folders in it, objects are files, and
 * keys are the files' paths. Writing creates missing folders.
 */
export function folderObjects(folder: string): S3Objects {
  return {
    async *getObject(address) {
      const file = fileOf(folder, address);
      try {
        yield* createReadStream(file);
      } catch (error) {
        throw isAbsent(error) ? noSuchKey(address, file) : error;
      }
    },
    putObject: async (address) => writerTo(fileOf(folder, address), folder),
    async *listObjects(bucket, prefix) {
      const root = bucketOf(folder, bucket);
      const keys = (await filesIn(root)).map((file) => relative(root, file).split(sep).join('/'));
      for (const Key of keys.filter((key) => key.startsWith(prefix) && !key.startsWith(`${TEMPORARY}/`)).sort(byBytes))
        yield describe(Key, join(root, ...Key.split('/')));
    },
  };
}

const isAbsent = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && ['ENOENT', 'EISDIR', 'ENOTDIR'].includes(String(error.code));

/** The first sentence is S3's own message. */
const noSuchKey = ({ Bucket, Key }: ObjectAddress, file: string): ObjectError =>
  new ObjectError('NoSuchKey', `The specified key does not exist. (s3://${Bucket}/${Key} is ${file} here)`);

/** Source: "General purpose bucket naming rules", Amazon S3 user guide. */
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

function bucketOf(folder: string, bucket: string): string {
  if (bucket === OWN_BUCKET) return folder;
  if (BUCKET.test(bucket) && !bucket.includes('..')) return resolve(folder, bucket);
  throw new ObjectError('InvalidBucketName', `The specified bucket is not valid: ${JSON.stringify(bucket)}`);
}

/** S3 allows any text as a key; here it must be a path inside the bucket. */
function fileOf(folder: string, { Bucket, Key }: ObjectAddress): string {
  const names = Key.split('/');
  if (names.every((name) => !['', '.', '..'].includes(name) && !/[\\\0]/.test(name)))
    return join(bucketOf(folder, Bucket), ...names);
  throw new ObjectError('InvalidArgument', `The key ${JSON.stringify(Key)} cannot be a file's path`);
}

/** The folder of files that are still being written. No bucket can have this name. */
const TEMPORARY = '.writing';

/** Writes to a temporary file, which is renamed at the end, so that readers see the old file or the new one. */
async function writerTo(file: string, folder: string): Promise<ObjectWriter> {
  const temporary = join(folder, TEMPORARY, randomUUID());
  await mkdir(dirname(temporary), { recursive: true });
  const handle = await open(temporary, 'wx');
  return {
    write: async (text) => void (await handle.write(text)),
    close: async () => {
      await handle.close();
      await mkdir(dirname(file), { recursive: true });
      await rename(temporary, file);
    },
    discard: async () => {
      await handle.close();
      await rm(temporary, { force: true });
    },
  };
}

/** All files below a folder; none if the folder does not exist. */
async function filesIn(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

/** S3 lists keys in UTF-8 byte order. */
const byBytes = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other));

/** The ETag changes with the content, like S3's, but is a hash of the file's size and time, so that the file need not be read. */
async function describe(Key: string, file: string): Promise<ListedObject> {
  const { size, mtimeMs } = await stat(file);
  const ETag = createHash('md5').update(`${size} ${mtimeMs}`).digest('hex');
  return { Key, Size: size, lastModifiedMs: mtimeMs, ETag: JSON.stringify(ETag) };
}
