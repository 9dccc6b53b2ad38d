import type { Json } from '../../protocol/json.ts';
import { encodingsOf } from '../../runtime/secrets/scrub.ts';

/** Stands around the number of a secret in a sealed text. JSON never has this character: it writes it as an escape. */
const MARK = '\u0001';
const SEALED = new RegExp(`${MARK}(\\d+)${MARK}`, 'g');

/**
 * Takes secrets out of texts, and puts them back. A journal holds none; who resumes a run gives them again with its
 * input. What stands for a secret is its number, so the same secrets always give the same seal.
 */
export class Seal {
  readonly #spellings: readonly string[];
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #pattern: RegExp | undefined;

  /** `secrets`: each text and number in them is one. */
  constructor(secrets: readonly Json[]) {
    const all = secrets.flatMap(encodingsOf).flatMap((text) => [text, escaped(text), escaped(escaped(text))]);
    // The longest first: where one secret holds another, nothing of the longer one stays.
    this.#spellings = [...new Set(all)].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
    this.#numbers = new Map(this.#spellings.map((text, index) => [text, index]));
    const parts = this.#spellings.map((text) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
    this.#pattern = parts.length > 0 ? new RegExp(parts.join('|'), 'g') : undefined;
  }

  /** JSON text with its secrets sealed. */
  close(text: string): string {
    if (!this.#pattern) return text;
    return text.replace(this.#pattern, (found) => `${MARK}${this.#numbers.get(found)}${MARK}`);
  }

  /** JSON text as it was. Throws {@link UnknownSecret} where another seal closed it. */
  open(text: string): string {
    return text.replace(SEALED, (_mark, number) => {
      const secret = this.#spellings[Number(number)];
      if (secret === undefined) throw new UnknownSecret();
      return secret;
    });
  }
}

/** A text was sealed with secrets that are not known here. */
export class UnknownSecret extends Error {
  override readonly name = 'UnknownSecret';
}

/** Whether a text was sealed: whether it lacks secrets. */
export const isSealed = (text: string): boolean => text.includes(MARK);

/** As JSON writes the text in a string; an error's cause is JSON in a JSON string, so it is written so twice. */
const escaped = (text: string): string => JSON.stringify(text).slice(1, -1);
