import type { Json, JsonObject } from '../../../protocol/json.ts';
import type { ObjectAddress, ObjectWriter, S3Objects } from '../../objects.ts';

/** How many characters are buffered before they are written. */
const BUFFER_SIZE = 65_536;

/** A file of results, written as they arrive: a JSON list, or JSON lines. Without results there is no file. */
export class ResultFile {
  readonly #objects: S3Objects;
  readonly #address: ObjectAddress;
  readonly #isLines: boolean;
  #opened: Promise<ObjectWriter> | undefined;
  #written: Promise<unknown> = Promise.resolve();
  #buffer = '';
  #size = 0;

  constructor(objects: S3Objects, address: ObjectAddress, isLines: boolean) {
    this.#objects = objects;
    this.#address = address;
    this.#isLines = isLines;
  }

  /** Appends values; resolves when more may be appended. */
  async append(values: readonly Json[]): Promise<void> {
    for (const value of values) {
      const isFirst = this.#opened === undefined;
      this.#opened ??= this.#open();
      const text = JSON.stringify(value);
      this.#buffer += this.#isLines ? `${text}\n` : `${isFirst ? '[' : ','}${text}`;
    }
    if (this.#buffer.length >= BUFFER_SIZE) await this.#flush();
  }

  #open(): Promise<ObjectWriter> {
    const opened = this.#objects.putObject(this.#address);
    // It is awaited when the first piece is written.
    opened.catch(() => {});
    return opened;
  }

  /** Completes the file. Resolves with its key and size in bytes, as in a manifest; an empty list if there is no file. */
  async close(): Promise<readonly JsonObject[]> {
    if (this.#opened === undefined) return [];
    if (!this.#isLines) this.#buffer += ']';
    await this.#flush();
    await (await this.#opened).close();
    return [{ Key: this.#address.Key, Size: this.#size }];
  }

  /** Discards the file. */
  async discard(): Promise<void> {
    await this.#written.catch(() => {});
    const writer = await this.#opened?.catch(() => undefined);
    await writer?.discard();
  }

  /** Writes the buffer after all earlier pieces. */
  #flush(): Promise<unknown> {
    const text = this.#buffer;
    this.#buffer = '';
    this.#size += Buffer.byteLength(text);
    this.#written = this.#written.then(async () => (await this.#opened)?.write(text));
    return this.#written;
  }
}
