import { closeSync, existsSync, readSync } from 'node:fs';
import type { Json } from '../../protocol/json.ts';
import { AppendOnlyFile, guarded, intact, JournalError, opened, withSum } from '../durable/append-only-file.ts';

/** The answer of a line of a batch. */
export interface LineAnswer {
  /** The line's place among those that have an input, from 0. */
  readonly index: number;
  /** The hash of its input, in which secrets are hidden. */
  readonly hash: string;
  readonly hasSucceeded: boolean;
  readonly answer: Json;
}

/**
 * The answers of a batch, in a file, by the index of their line. In memory is where each of them is: 16 bytes a line.
 */
export class AnswerLog {
  readonly #file: AppendOnlyFile;
  readonly #name: string;
  readonly #starts = new Numbers();
  readonly #ends = new Numbers();

  /** Opens or creates a log. @throws JournalError where it is damaged */
  constructor(file: string) {
    this.#name = file;
    if (existsSync(file)) guarded(file, () => this.#scan(file));
    this.#file = new AppendOnlyFile(file);
  }

  has(index: number): boolean {
    return this.#ends.get(index) > 0;
  }

  /** The latest answer of a line that has one. */
  read(index: number): LineAnswer {
    const start = this.#starts.get(index);
    const length = this.#ends.get(index) - start;
    return this.#parse(this.#file.read(start, length).toString('utf8'));
  }

  append(answer: LineAnswer): void {
    const line = withSum(JSON.stringify(answer).slice(1, -1));
    this.#note(answer.index, this.#file.append([line]), Buffer.byteLength(line));
  }

  close(): void {
    this.#file.close();
  }

  #note(index: number, start: number, length: number): void {
    this.#starts.set(index, start);
    this.#ends.set(index, start + length);
  }

  #parse(line: string): LineAnswer {
    const written = intact(line);
    // A line whose checksum is right was written by this class.
    if (written !== undefined) return JSON.parse(written);
    throw new JournalError(`${this.#name} is damaged: it has a line that is not as it was written`);
  }

  /** Notes where each answer is. An incomplete last line is no answer. */
  #scan(file: string): void {
    const fd = opened(file, 'r');
    try {
      const chunk = Buffer.alloc(CHUNK_BYTES);
      let [rest, restAt] = [Buffer.alloc(0), 0];
      for (;;) {
        const read = readSync(fd, chunk, 0, chunk.length, restAt + rest.length);
        if (read === 0) return;
        const bytes = Buffer.concat([rest, chunk.subarray(0, read)]);
        let from = 0;
        for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
          const { index } = this.#parse(bytes.toString('utf8', from, end));
          this.#note(index, restAt + from, end - from);
          from = end + 1;
        }
        [rest, restAt] = [bytes.subarray(from), restAt + from];
      }
    } finally {
      closeSync(fd);
    }
  }
}

const NEWLINE = 0x0a;
const CHUNK_BYTES = 256 * 1024;

/** Numbers by a small whole number; 0 where there is none. */
class Numbers {
  #values = new Float64Array(1024);

  get(index: number): number {
    return this.#values[index] ?? 0;
  }

  set(index: number, value: number): void {
    if (index >= this.#values.length) {
      const larger = new Float64Array(Math.max(2 * this.#values.length, index + 1));
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[index] = value;
  }
}
