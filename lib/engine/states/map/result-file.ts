import type { Json, JsonObject } from '../../../protocol/json.ts';
import type { ObjectAddress, ObjectWriter, S3Objects } from '../../objects.ts';

/** How many characters are gathered before they are written. */
const PIECE = 65_536;

/** A file of results, written as they come: a JSON list, or JSON lines. There is none where nothing was written. */
export class ResultFile {
  readonly #objects: S3Objects;
  readonly #address: ObjectAddress;
  readonly #isLines: boolean;
  #opened: Promise<ObjectWriter> | undefined;
  #written: Promise<unknown> = Promise.resolve();
  #gathered = '';
  #size = 0;

  constructor(objects: S3Objects, address: ObjectAddress, isLines: boolean) {
    this.#objects = objects;
    this.#address = address;
    this.#isLines = isLines;
  }

  /** Appends; resolves when more may be given. */
  async append(values: readonly Json[]): Promise<void> {
    for (const value of values) {
      const isFirst = this.#opened === undefined;
      this.#opened ??= this.#open();
      const text = JSON.stringify(value);
      this.#gathered += this.#isLines ? `${text}\n` : `${isFirst ? '[' : ','}${text}`;
    }
    if (this.#gathered.length >= PIECE) await this.#flush();
  }

  #open(): Promise<ObjectWriter> {
    const opened = this.#objects.putObject(this.#address);
    // It is waited for when the first piece is written.
    opened.catch(() => {});
    return opened;
  }

  /** Ends the file. Its place and size in bytes as a manifest tells them; a list of none where there is no file. */
  async close(): Promise<readonly JsonObject[]> {
    if (this.#opened === undefined) return [];
    if (!this.#isLines) this.#gathered += ']';
    await this.#flush();
    await (await this.#opened).close();
    return [{ Key: this.#address.Key, Size: this.#size }];
  }

  /** Nothing of the file is kept. */
  async discard(): Promise<void> {
    await this.#written.catch(() => {});
    const writer = await this.#opened?.catch(() => undefined);
    await writer?.discard();
  }

  /** Pieces are written one after the other, however many are waiting. */
  #flush(): Promise<unknown> {
    const text = this.#gathered;
    this.#gathered = '';
    this.#size += Buffer.byteLength(text);
    this.#written = this.#written.then(async () => (await this.#opened)?.write(text));
    return this.#written;
  }
}
