import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';
import type { Json } from '../../protocol/json.ts';
import { encodingsOf, Scrubber } from '../../runtime/secrets/scrub.ts';

/** Encloses what stands for a secret in a sealed text. JSON text never contains this character, only its escape. */
const MARK = '\u0001';
const SEALED = new RegExp(`${MARK}(?:(\\d+)|([\\w+/=]+~))${MARK}`, 'g');

/**
 * Replaces secrets in texts, and restores them. A journal contains no secrets; resuming a run requires them again with the
 * input. A usual spelling of a secret becomes a number, which tells nothing about it; any other spelling is encrypted with
 * the secrets as the key. The numbers only depend on the secrets, so the same secrets always open the seal.
 */
export class Seal {
  readonly #scrubber = new Scrubber();
  readonly #cipher: SecretCipher;
  readonly #encodings: readonly string[];
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #pattern: RegExp | undefined;

  /** `secrets`: each text and number in them is a secret. */
  constructor(secrets: readonly Json[]) {
    this.#scrubber.hide([...secrets]);
    this.#cipher = new SecretCipher(secrets);
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
    return this.#scrubber.replace(
      text,
      (found) => this.#sealed(found),
      (rest) => this.#numbered(rest),
    );
  }

  #sealed(found: string): string {
    const numbered = this.#numbered(found);
    const rest = numbered.replace(SEALED, '');
    return rest === '' ? numbered : `${MARK}${this.#cipher.encrypt(found)}~${MARK}`;
  }

  #numbered(text: string): string {
    if (!this.#pattern) return text;
    return text.replace(this.#pattern, (found) => `${MARK}${this.#numbers.get(found)}${MARK}`);
  }

  /** Restores JSON text. Throws {@link UnknownSecret} if it was sealed with other secrets. */
  open(text: string): string {
    return text.replace(SEALED, (_mark, number: string | undefined, encrypted: string | undefined) => {
      const secret = encrypted ? this.#cipher.decrypt(encrypted.slice(0, -1)) : this.#encodings[Number(number)];
      if (secret === undefined) throw new UnknownSecret();
      return secret;
    });
  }
}

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts texts with secrets as the key. */
class SecretCipher {
  readonly #secrets: readonly Json[];
  #key: Buffer | undefined;

  constructor(secrets: readonly Json[]) {
    this.#secrets = secrets;
  }

  encrypt(text: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.#keyed(), nonce);
    const encrypted = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), encrypted]).toString('base64');
  }

  /** Undefined if it was encrypted with other secrets. */
  decrypt(encrypted: string): string | undefined {
    const bytes = Buffer.from(encrypted, 'base64');
    const [nonce, tag] = [bytes.subarray(0, NONCE_BYTES), bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES)];
    try {
      const decipher = createDecipheriv(ALGORITHM, this.#keyed(), nonce).setAuthTag(tag);
      return decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
    } catch {
      return undefined;
    }
  }

  /** It takes long to make, so that secrets that are easy to guess are not tried out quickly. */
  #keyed(): Buffer {
    this.#key ??= scryptSync(JSON.stringify(this.#secrets), 'stepflow journal', KEY_BYTES);
    return this.#key;
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
