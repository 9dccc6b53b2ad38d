import { FlowError } from '../../protocol/errors.ts';
import { isObject, type Json } from '../../protocol/json.ts';

/** What stands where a secret's value stood. */
export const HIDDEN = '[secret]';

/** A text shorter than this is only hidden where it is a whole value: inside others it may well be something else. */
const SHORTEST = 4;

/** Hides the values of secrets in what leaves a function: results, errors, log entries. */
export class Scrubber {
  /** Texts and numbers that are hidden where they are a whole value. */
  readonly #whole = new Set<Json>();
  /** Texts that are hidden wherever they stand. */
  readonly #parts = new Set<string>();
  #pattern: RegExp | undefined;

  /** Hides a value from now on: each text and number in it, also as JSON, URLs and Base64 would write it. */
  hide(value: Json): void {
    for (const leaf of leavesOf(value)) {
      this.#whole.add(leaf);
      const text = String(leaf);
      for (const spelled of text.length < SHORTEST ? [] : spellings(text)) this.#parts.add(spelled);
    }
    // The longest first: where one secret holds another, nothing of the longer one stays.
    const parts = [...this.#parts].sort((a, b) => b.length - a.length).map(escapePattern);
    this.#pattern = parts.length > 0 ? new RegExp(parts.join('|'), 'g') : undefined;
  }

  /** A text without secrets. */
  text(text: string): string {
    if (this.#whole.has(text)) return HIDDEN;
    return this.#pattern ? text.replace(this.#pattern, HIDDEN) : text;
  }

  /** A text of the same length, with a `*` for each character of a secret. */
  mask(text: string): string {
    return this.#pattern ? text.replace(this.#pattern, (found) => '*'.repeat(found.length)) : text;
  }

  /** A value without secrets: the value itself where nothing is to be hidden. */
  json(value: Json): Json {
    if (this.#whole.size === 0) return value;
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'number') return this.#whole.has(value) ? HIDDEN : value;
    if (Array.isArray(value)) return value.map((item) => this.json(item));
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [this.text(key), this.json(item)]));
  }

  /** The fields of a log entry without secrets. */
  fields<T extends object>(fields: T): T {
    if (this.#whole.size === 0) return fields;
    return { ...fields, ...Object.fromEntries(Object.entries(fields).map(([key, item]) => [key, this.any(item)])) };
  }

  /** A failure without secrets, and then without its cause, which may hold anything. */
  error(failure: FlowError): FlowError {
    if (this.#whole.size === 0) return failure;
    const clean = new FlowError(failure.code, this.text(failure.message));
    clean.name = failure.name;
    clean.stack = this.text(failure.stack ?? '');
    return clean;
  }

  /** Anything without secrets, as JSON would carry it; an error becomes its name, message and stack. */
  any(value: unknown): unknown {
    if (this.#whole.size === 0) return value;
    if (value instanceof Error) {
      const { name, message, stack = '' } = value;
      return { name, message: this.text(message), stack: this.text(stack) };
    }
    const plain: Json | undefined = value === undefined ? undefined : JSON.parse(JSON.stringify(value) ?? 'null');
    return plain === undefined ? undefined : this.json(plain);
  }
}

function leavesOf(value: Json): readonly (string | number)[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  if (typeof value === 'number') return [value];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(leavesOf) : [];
}

/** Each text and number in a value as it may be written elsewhere: plain, and as JSON, URLs and Base64 would write it. */
export const spellingsOf = (value: Json): readonly string[] =>
  leavesOf(value).flatMap((leaf) => spellings(String(leaf)));

const spellings = (text: string): readonly string[] => [
  text,
  JSON.stringify(text).slice(1, -1),
  // Half a surrogate pair has no spelling in a URL.
  encodeURIComponent(text.replace(/[\ud800-\udfff]/gu, '\ufffd')),
  Buffer.from(text).toString('base64'),
];

const escapePattern = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
