/** The address of an object in S3. */
export interface ObjectAddress {
  readonly Bucket: string;
  readonly Key: string;
  readonly VersionId?: string;
}

/** An object as ListObjectsV2 lists it. */
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
  /** Appends a piece; resolves when the next may be written. Not called again before that. */
  write(text: string): Promise<void>;
  /** Completes the object. Readers see it only from now on. */
  close(): Promise<void>;
  /** Discards everything that was written. */
  discard(): Promise<void>;
}

/**
 * The part of S3 that a distributed Map uses to read its items and write its results. A failure rejects, or ends the
 * iteration, with an {@link ObjectError}.
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
