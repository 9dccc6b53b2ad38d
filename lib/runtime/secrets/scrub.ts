import { FlowError } from '../../protocol/errors.ts';
import type { Json } from '../../protocol/json.ts';
import type { LogEntry } from '../logger.ts';
import { SecretFinder } from './find-secrets.ts';

/** The replacement of a secret's value. */
export const HIDDEN = '[secret]';

/** Removes the values of secrets from what leaves a function: results, errors, log entries, what it stores. */
export class Scrubber {
  /** Texts and numbers that are hidden as whole values. */
  readonly #whole = new Set<Json>();
  readonly #finder = new SecretFinder();

  /** Hides a value from now on: each text and number in it, however it is spelled. */
  hide(value: Json): void {
    for (const leaf of leavesOf(value)) {
      this.#whole.add(leaf);
      const text = String(leaf);
      if (text.length > 1) this.#finder.add(text);
    }
  }

  /** What is hidden. */
  get hidden(): readonly Json[] {
    return [...this.#whole];
  }

  /** Whether there is a secret in a text. */
  isIn(text: string): boolean {
    return this.#whole.has(text) || this.#finder.partsIn(text).length > 0;
  }

  /** A text with its secrets hidden. */
  text(text: string): string {
    return this.#whole.has(text) ? HIDDEN : this.replace(text, () => HIDDEN);
  }

  /** A text that is stored. If it was JSON, it stays JSON. */
  document(text: string): string {
    const clean = this.text(text);
    if (clean === text) return text;
    const value = parseJson(text);
    return value === undefined ? clean : JSON.stringify(this.json(value));
  }

  /** A text of the same length, with a `*` for each character of a secret. */
  mask(text: string): string {
    return this.replace(text, (found) => '*'.repeat(found.length));
  }

  /** A value with its secrets hidden: the same value if there is nothing to hide. */
  json(value: Json): Json {
    if (this.#whole.size === 0) return value;
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'number') return this.#whole.has(value) ? HIDDEN : value;
    if (value === null || typeof value !== 'object') return value;
    if (this.#isSplitSecret(value)) return HIDDEN;
    if (Array.isArray(value)) return value.map((item) => this.json(item));
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [this.text(key), this.json(item)]));
  }

  /** A text with other texts for its secrets, and for what is between them. */
  replace(text: string, secret: (found: string) => string, between = (rest: string): string => rest): string {
    let made = '';
    let at = 0;
    for (const { from, to } of this.#finder.partsIn(text)) {
      made += between(text.slice(at, from)) + secret(text.slice(from, to));
      at = to;
    }
    return made + between(text.slice(at));
  }

  /** Whether a list or map holds a secret in pieces: its characters, or its bytes. */
  #isSplitSecret(value: Json & object): boolean {
    const items = Object.values(value);
    return items.length > 1 && items.every(isPiece) && this.#finder.partsIn(JSON.stringify(items)).length > 0;
  }

  /** A log entry with its secrets hidden, except where it is from: names may be equal to a secret by chance. */
  entry(entry: LogEntry): LogEntry {
    if (this.#whole.size === 0) return entry;
    const { time, level, execution, step, attempt, ...told } = entry;
    const clean = Object.entries(told).map(([key, item]) => [this.text(key), this.any(item)]);
    return { message: '', ...Object.fromEntries(clean), time, level, execution, step, attempt };
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

const MAX_PIECE_LENGTH = 4;
const MAX_BYTE = 255;

const isPiece = (item: Json | undefined): boolean =>
  typeof item === 'string'
    ? item.length <= MAX_PIECE_LENGTH
    : typeof item === 'number' && Number.isInteger(item) && item >= 0 && item <= MAX_BYTE;

/** The texts and numbers in a value, and those in a text that is itself JSON of a list or map. */
function leavesOf(value: Json): readonly (string | number)[] {
  if (typeof value === 'string') return value === '' ? [] : [value, ...leavesOf(innerOf(value))];
  if (typeof value === 'number') return [value];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(leavesOf) : [];
}

function innerOf(text: string): Json {
  const value = /^\s*[[{]/.test(text) ? parseJson(text) : undefined;
  return value ?? null;
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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
