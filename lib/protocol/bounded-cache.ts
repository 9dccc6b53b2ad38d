/**
 * What was made of texts, by the texts. The texts that it keeps have a number of characters in all, whatever it is asked: what
 * was not asked for the longest time is given up. The last one is kept, however long it is.
 */
export class BoundedCache<Value> {
  /** In the order in which they were last asked for. */
  readonly #values = new Map<string, Value>();
  readonly #most: number;
  #characters = 0;

  /** `most`: how many characters the texts may have in all. */
  constructor(most: number) {
    this.#most = most;
  }

  /** What was made of a text, or else is now. What `make` throws is not kept. */
  get(text: string, make: () => Value): Value {
    const isKnown = this.#values.has(text);
    const value = isKnown ? (this.#values.get(text) as Value) : make();
    if (isKnown) this.#values.delete(text);
    else this.#characters += text.length;
    this.#values.set(text, value);
    this.#giveUp();
    return value;
  }

  #giveUp(): void {
    for (const text of this.#values.keys()) {
      if (this.#characters <= this.#most || this.#values.size === 1) return;
      this.#values.delete(text);
      this.#characters -= text.length;
    }
  }

  /** How many characters the texts have that it keeps. */
  get characters(): number {
    return this.#characters;
  }
}
