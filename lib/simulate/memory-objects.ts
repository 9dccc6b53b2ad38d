import {
  type ListedObject,
  type ObjectAddress,
  ObjectError,
  type ObjectWriter,
  type S3Objects,
} from '../engine/objects.ts';

/** S3 for one simulated run: stores what a distributed Map reads and writes in memory, and counts the requests. */
export class MemoryObjects implements S3Objects {
  readonly #texts = new Map<string, string>();
  gets = 0;
  puts = 0;

  /** Stores an object synchronously. */
  put(address: ObjectAddress, text: string): void {
    this.puts += 1;
    this.#texts.set(nameOf(address), text);
  }

  async *getObject(address: ObjectAddress): AsyncIterable<Uint8Array> {
    this.gets += 1;
    const text = this.#texts.get(nameOf(address));
    if (text === undefined) throw new ObjectError('NoSuchKey', 'The specified key does not exist.');
    yield Buffer.from(text);
  }

  async putObject(address: ObjectAddress): Promise<ObjectWriter> {
    const parts: string[] = [];
    return {
      write: async (text) => void parts.push(text),
      close: async () => this.put(address, parts.join('')),
      discard: async () => {},
    };
  }

  async *listObjects(bucket: string, prefix: string): AsyncIterable<ListedObject> {
    this.gets += 1;
    for (const [name, text] of [...this.#texts].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const Key = name.slice(bucket.length + 1);
      if (name.startsWith(`${bucket}/${prefix}`))
        yield { Key, Size: Buffer.byteLength(text), lastModifiedMs: 0, ETag: '""' };
    }
  }
}

const nameOf = ({ Bucket, Key }: ObjectAddress): string => `${Bucket}/${Key}`;
