/**
 * Stores texts by key: in a local folder, or in a bucket on AWS. Blobs and the cache are built on it.
 * A key is a relative path of letters, digits, `-`, `_`, `.` and `/`.
 */
export interface ObjectStore {
  /** Its location, for errors, e.g. `s3://bucket/prefix` or a folder's path. */
  readonly location: string;
  /** The S3 address of the text of `key`; a local folder stands for a bucket. */
  address(key: string): { readonly Bucket: string; readonly Key: string };
  /** The text of `key`; undefined if there is none. */
  read(key: string): Promise<string | undefined>;
  /** The text of `key` in pieces, for a text that may not fit in memory. Throws RESOURCE_UNAVAILABLE if there is none. */
  readInPieces(key: string): AsyncIterable<string>;
  /** Whether there is a text of `key`. */
  has(key: string): Promise<boolean>;
  /** Writes atomically; replaces an existing text. */
  write(key: string, text: string): Promise<void>;
  /**
   * Writes atomically, unless the text of `key` is there already: a key that is written so always has the same text. Where
   * texts expire, it is there for at least half its life afterwards. Returns whether it was there already.
   */
  writeOnce(key: string, text: string): Promise<boolean>;
}
