/**
 * Takes a text apart into the fields of its records, piece by piece. A field may be in double quotes, then delimiters and
 * line ends are part of it, and a doubled quote stands for one. A backslash stands before a backslash, a quote or a
 * delimiter that is part of the field; before anything else it is dropped. Empty lines are no records.
 * Source: "ItemReader (Map)", parsing of text delimited files, AWS Step Functions developer guide.
 */
export async function* recordsOf(text: AsyncIterable<string>, delimiter: string): AsyncGenerator<readonly string[]> {
  const reader = new RecordReader(delimiter);
  for await (const piece of text) yield* reader.read(piece);
  yield* reader.end();
}

/** Where in a field the reader is: before it, in it, between its quotes, behind a quote that may be its last. */
type FieldState = 'start' | 'plain' | 'quoted' | 'closed';

class RecordReader {
  readonly #delimiter: string;
  #state: FieldState = 'start';
  /** Whether a backslash, or a carriage return outside quotes, was read last: the next character says what it is. */
  #pending: '\\' | '\r' | undefined;
  #field = '';
  #fields: string[] = [];

  constructor(delimiter: string) {
    this.#delimiter = delimiter;
  }

  /** The records that end in the next piece of the text. */
  read(text: string): readonly (readonly string[])[] {
    const records: string[][] = [];
    for (const character of text) {
      if (this.#takePending(character)) continue;
      if (character === '\\' || (character === '\r' && this.#state !== 'quoted')) this.#pending = character;
      else if (character === '"') this.#quote();
      else if (this.#state === 'quoted') this.#field += character;
      else if (character === this.#delimiter) this.#endField();
      else if (character === '\n') this.#endRecord(records);
      else this.#append(character);
    }
    return records;
  }

  /** The last record, which may have no line end. */
  end(): readonly (readonly string[])[] {
    const records: string[][] = [];
    this.#endRecord(records);
    return records;
  }

  /** Whether the character is the second one of an escape. */
  #takePending(character: string): boolean {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending === '\r' && character !== '\n') this.#append('\r');
    const isEscape = pending === '\\' && (character === '\\' || character === '"' || character === this.#delimiter);
    if (isEscape) this.#append(character);
    return isEscape;
  }

  #append(character: string): void {
    if (this.#state === 'start') this.#state = 'plain';
    this.#field += character;
  }

  #quote(): void {
    if (this.#state === 'plain' || this.#state === 'closed') this.#field += '"';
    if (this.#state === 'quoted') this.#state = 'closed';
    else if (this.#state !== 'plain') this.#state = 'quoted';
  }

  #endField(): void {
    this.#fields.push(this.#field);
    this.#field = '';
    this.#state = 'start';
  }

  #endRecord(records: string[][]): void {
    if (this.#state === 'start' && this.#fields.length === 0) return;
    this.#endField();
    records.push(this.#fields);
    this.#fields = [];
  }
}
