/**
 * Where texts are kept under keys: a folder on a laptop, a bucket on AWS. All that blobs and the cache need.
 * A key is a relative path of letters, digits, `-`, `_`, `.` and `/`.
 */
export interface ObjectStore {
  /** Names the place in errors, e.g. `s3://bucket/prefix` or a folder's path. */
  readonly place: string;
  /** Where the text under `key` is for whoever reads it from elsewhere: in S3, or in a folder that stands for a bucket. */
  address(key: string): { readonly Bucket: string; readonly Key: string };
  /** The text under `key`, or undefined where there is none. */
  read(key: string): Promise<string | undefined>;
  /** Whether there is a text under `key`. */
  has(key: string): Promise<boolean>;
  /** Writes, whole or not at all, and replaces what was there. */
  write(key: string, text: string): Promise<void>;
  /** Writes, whole or not at all, unless there is a text under `key` already. */
  writeOnce(key: string, text: string): Promise<void>;
}
