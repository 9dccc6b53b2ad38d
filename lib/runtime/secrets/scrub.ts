import { FlowError } from '../../protocol/errors.ts';
import { isObject, type Json } from '../../protocol/json.ts';

/** The replacement of a secret's value. */
export const HIDDEN = '[secret]';

/** A secret shorter than this is only hidden as a whole value: inside other texts the match may be a coincidence. */
const MIN_PART_LENGTH = 4;

/** Removes the values of secrets from what leaves a function: results, errors, log entries. */
export class Scrubber {
  /** Texts and numbers that are hidden as whole values. */
  readonly #whole = new Set<Json>();
  /** Texts that are hidden inside other texts too. */
  readonly #parts = new Set<string>();
  #pattern: RegExp | undefined;

  /** Hides a value from now on: each text and number in it, also in its encodings as JSON, URL and Base64. */
  hide(value: Json): void {
    for (const leaf of leavesOf(value)) {
      this.#whole.add(leaf);
      const text = String(leaf);
      for (const encoded of text.length < MIN_PART_LENGTH ? [] : encodings(text)) this.#parts.add(encoded);
    }
    // The longest first: if one secret contains another, nothing of the longer one may remain.
    const parts = [...this.#parts].sort((a, b) => b.length - a.length).map(escapePattern);
    this.#pattern = parts.length > 0 ? new RegExp(parts.join('|'), 'g') : undefined;
  }

  /** A text with its secrets hidden. */
  text(text: string): string {
    if (this.#whole.has(text)) return HIDDEN;
    return this.#pattern ? text.replace(this.#pattern, HIDDEN) : text;
  }

  /** A text of the same length, with a `*` for each character of a secret. */
  mask(text: string): string {
    return this.#pattern ? text.replace(this.#pattern, (found) => '*'.repeat(found.length)) : text;
  }

  /** A value with its secrets hidden: the same value if there is nothing to hide. */
  json(value: Json): Json {
    if (this.#whole.size === 0) return value;
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'number') return this.#whole.has(value) ? HIDDEN : value;
    if (Array.isArray(value)) return value.map((item) => this.json(item));
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [this.text(key), this.json(item)]));
  }

  /** The fields of a log entry with their secrets hidden. */
  fields<T extends object>(fields: T): T {
    if (this.#whole.size === 0) return fields;
    return { ...fields, ...Object.fromEntries(Object.entries(fields).map(([key, item]) => [key, this.any(item)])) };
  }

  /** A failure with its secrets hidden. Its cause is dropped because it may contain any of them. */
  error(failure: FlowError): FlowError {
    if (this.#whole.size === 0) return failure;
    const clean = new FlowError(failure.code, this.text(failure.message));
    clean.name = failure.name;
    clean.stack = this.text(failure.stack ?? '');
    return clean;
  }

  /** Any value as JSON, with its secrets hidden; an error becomes its name, message and stack. */
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

/** Each text and number in a value, plain and in its encodings as JSON, URL and Base64. */
export const encodingsOf = (value: Json): readonly string[] =>
  leavesOf(value).flatMap((leaf) => encodings(String(leaf)));

const encodings = (text: string): readonly string[] => [
  text,
  JSON.stringify(text).slice(1, -1),
  // encodeURIComponent throws for an unpaired surrogate.
  encodeURIComponent(text.replace(/[\ud800-\udfff]/gu, '\ufffd')),
  Buffer.from(text).toString('base64'),
];

const escapePattern = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
