/** Where an object is in S3. */
export interface ObjectAddress {
  readonly Bucket: string;
  readonly Key: string;
  readonly VersionId?: string;
}

/** An object as ListObjectsV2 tells of it. */
export interface ListedObject {
  readonly Key: string;
  /** In bytes. */
  readonly Size: number;
  /** Milliseconds since the epoch. */
  readonly lastModifiedMs: number;
  readonly ETag: string;
  /** @default 'STANDARD' */
  readonly StorageClass?: string;
}

/** An object that is being written. */
export interface ObjectWriter {
  /** Appends; resolves when more may be given. Never called again before that. */
  write(text: string): Promise<void>;
  /** The object is whole: readers see it from now on, and saw nothing of it before. */
  close(): Promise<void>;
  /** Nothing of it is kept. */
  discard(): Promise<void>;
}

/**
 * S3, as far as a distributed Map reads its items from it and writes its results to it. What cannot be done rejects, or
 * fails the iteration, with an {@link ObjectError}.
 */
export interface S3Objects {
  /** The object's bytes, piece by piece. */
  getObject(address: ObjectAddress): AsyncIterable<Uint8Array>;
  putObject(address: ObjectAddress): Promise<ObjectWriter>;
  /** The objects whose keys begin with `prefix`, in the order of their keys. */
  listObjects(bucket: string, prefix: string): AsyncIterable<ListedObject>;
}

/** An object that cannot be read or written: `code` is S3's, e.g. NoSuchKey, `message` becomes the Cause. */
export class ObjectError extends Error {
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ObjectError';
    this.code = code;
  }
}
