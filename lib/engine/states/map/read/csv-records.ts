/**
 * Parses a text, piece by piece, into records of fields. In a field in double quotes, delimiters and line ends are part of
 * the field. A doubled quote is a quote, in a field without quotes too. A backslash escapes a backslash, a quote or a delimiter; before any other
 * character it is dropped. Empty lines are skipped.
 * Source: "How Step Functions parses input CSV files", AWS Step Functions developer guide.
 */
export async function* recordsOf(text: AsyncIterable<string>, delimiter: string): AsyncGenerator<readonly string[]> {
  const reader = new RecordReader(delimiter);
  for await (const piece of text) yield* reader.read(piece);
  yield* reader.end();
}

/**
 * The reader's position: before a field, in one without quotes, there after a quote that may be doubled, between the
 * quotes of a field, after a quote that may be the closing one.
 */
type FieldState = 'start' | 'plain' | 'plain quote' | 'quoted' | 'closed';

const AFTER_QUOTE: Readonly<Record<FieldState, FieldState>> = {
  start: 'quoted',
  quoted: 'closed',
  closed: 'quoted',
  plain: 'plain quote',
  'plain quote': 'plain',
};

class RecordReader {
  readonly #delimiter: string;
  #state: FieldState = 'start';
  /** A backslash, or a carriage return outside quotes, that was read last; the next character decides its meaning. */
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
    // The two quotes before it did not enclose an empty field: they are a doubled quote at the start of one without quotes.
    if (this.#state === 'closed' && this.#field === '') {
      this.#field = '"';
      this.#state = 'plain';
    }
    if (this.#state === 'start' || this.#state === 'plain quote') this.#state = 'plain';
    this.#field += character;
  }

  #quote(): void {
    if (this.#state === 'plain' || this.#state === 'closed') this.#field += '"';
    this.#state = AFTER_QUOTE[this.#state];
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
