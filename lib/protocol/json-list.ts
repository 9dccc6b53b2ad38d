import type { Json } from './json.ts';

/** A character that matters outside of a string: the rest is copied. */
const STRUCTURE = /["[\]{},]/g;

/** A character that matters inside of a string. */
const IN_STRING = /["\\]/g;

/**
 * The items of a JSON text that is a list, one after the other: of the text, no more is kept than an item and a piece. Throws
 * a SyntaxError where the text is no list, or ends within it.
 */
export async function* itemsOfList(pieces: AsyncIterable<string>): AsyncGenerator<Json> {
  const splitter = new ListSplitter();
  for await (const piece of pieces) yield* splitter.items(piece);
  splitter.end();
}

class ListSplitter {
  /** What was read of the current item. */
  #item = '';
  /** Lists and objects that are open; 0 before the list and after it. */
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  #hasItems = false;
  #isOver = false;

  *items(piece: string): Generator<Json> {
    let from = 0;
    let at = 0;
    while (at < piece.length) {
      if (this.#isInString) {
        at = this.#endOfString(piece, at);
        continue;
      }
      STRUCTURE.lastIndex = at;
      const found = STRUCTURE.exec(piece);
      if (!found) break;
      const [character] = found;
      at = found.index + 1;
      if (this.#depth === 0) {
        this.#open(character, piece.slice(from, found.index));
        from = at;
      } else if (this.#depth === 1 && (character === ',' || character === ']')) {
        yield* this.#close(character, piece.slice(from, found.index));
        from = at;
      } else if (character === '"') this.#isInString = true;
      else if (character === '[' || character === '{') this.#depth += 1;
      else if (character !== ',') this.#depth -= 1;
    }
    this.#item += piece.slice(from);
  }

  /** Checks that the list has ended, and nothing follows. */
  end(): void {
    if (!this.#isOver || this.#item.trim() !== '') throw new SyntaxError('the text is not one list, or ends within it');
  }

  /** Where a string ends that goes on at `from`; the end of the piece if it is longer. */
  #endOfString(piece: string, from: number): number {
    let at = from;
    if (this.#isEscaped) {
      this.#isEscaped = false;
      at += 1;
    }
    IN_STRING.lastIndex = at;
    for (let found = IN_STRING.exec(piece); found; found = IN_STRING.exec(piece)) {
      if (found[0] === '"') {
        this.#isInString = false;
        return found.index + 1;
      }
      if (found.index + 1 === piece.length) this.#isEscaped = true;
      IN_STRING.lastIndex = found.index + 2;
    }
    return piece.length;
  }

  #open(character: string, before: string): void {
    if (character !== '[' || this.#isOver || (this.#item + before).trim() !== '')
      throw new SyntaxError('the text is not one list');
    this.#item = '';
    this.#depth = 1;
  }

  *#close(character: string, rest: string): Generator<Json> {
    const text = this.#item + rest;
    this.#item = '';
    if (character === ']') {
      this.#depth = 0;
      this.#isOver = true;
    }
    if (character === ']' && !this.#hasItems && text.trim() === '') return;
    this.#hasItems = true;
    yield JSON.parse(text);
  }
}
