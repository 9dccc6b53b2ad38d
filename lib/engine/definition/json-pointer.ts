/** A key as a segment of a JSON pointer. Source: RFC 6901. */
const escapePointer = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');

/** A location in a definition. Its texts are built on demand, because most locations have no problem. */
export class JsonPointer {
  readonly #parent: JsonPointer | undefined;
  readonly #step: string | number;

  constructor(parent?: JsonPointer, step: string | number = '') {
    this.#parent = parent;
    this.#step = step;
  }

  /** The location of a field of the object here, or of an item of the list here. */
  below(step: string | number): JsonPointer {
    return new JsonPointer(this, step);
  }

  /** A JSON pointer, e.g. `/States/a~1b/Catch/0`. */
  get text(): string {
    return this.#parent === undefined ? '' : `${this.#parent.text}/${escapePointer(`${this.#step}`)}`;
  }

  /** As AWS writes it, e.g. `/States/a/b/Catch[0]`. */
  get location(): string {
    if (this.#parent === undefined) return '';
    return `${this.#parent.location}${typeof this.#step === 'number' ? `[${this.#step}]` : `/${this.#step}`}`;
  }
}
