import type { Json } from '../../protocol/json.ts';
import { encodingsOf } from '../../runtime/secrets/scrub.ts';

/** Encloses the number of a secret in a sealed text. JSON text never contains this character, only its escape. */
const MARK = '\u0001';
const SEALED = new RegExp(`${MARK}(\\d+)${MARK}`, 'g');

/**
 * Replaces secrets in texts with numbers, and restores them. A journal contains no secrets; resuming a run requires them
 * again with the input. The numbers only depend on the secrets, so the same secrets always give the same seal.
 */
export class Seal {
  readonly #encodings: readonly string[];
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #pattern: RegExp | undefined;

  /** `secrets`: each text and number in them is a secret. */
  constructor(secrets: readonly Json[]) {
    const all = secrets.flatMap(encodingsOf).flatMap((text) => [text, escaped(text), escaped(escaped(text))]);
    // The longest first: if one secret contains another, nothing of the longer one may remain.
    this.#encodings = [...new Set(all)].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
    this.#numbers = new Map(this.#encodings.map((text, index) => [text, index]));
    const parts = this.#encodings.map((text) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
    this.#pattern = parts.length > 0 ? new RegExp(parts.join('|'), 'g') : undefined;
  }

  /** JSON text with its secrets sealed. */
  close(text: string): string {
    if (!this.#pattern) return text;
    return text.replace(this.#pattern, (found) => `${MARK}${this.#numbers.get(found)}${MARK}`);
  }

  /** Restores JSON text. Throws {@link UnknownSecret} if it was sealed with other secrets. */
  open(text: string): string {
    return text.replace(SEALED, (_mark, number) => {
      const secret = this.#encodings[Number(number)];
      if (secret === undefined) throw new UnknownSecret();
      return secret;
    });
  }
}

/** A text was sealed with unknown secrets. */
export class UnknownSecret extends Error {
  override readonly name = 'UnknownSecret';
}

/** Whether secrets were replaced in a text. */
export const isSealed = (text: string): boolean => text.includes(MARK);

/** A text as escaped in a JSON string. An error's cause is JSON inside a JSON string, so it is escaped twice. */
const escaped = (text: string): string => JSON.stringify(text).slice(1, -1);
