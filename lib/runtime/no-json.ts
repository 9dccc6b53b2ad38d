/** An object that JSON.stringify would turn into something else without a word, mostly into `{}`. */
export interface Lost {
  /** What it is, in words. */
  readonly found: string;
  /** What JSON has instead, if it is not simply that it has none. */
  readonly json?: string;
  /** What to return in its place. */
  readonly instead: string;
}

type Kind = Lost & { readonly is: (value: object) => boolean };

const KINDS: readonly Kind[] = [
  { is: (value) => value instanceof Date, found: 'an invalid date', json: 'has no text for it', instead: 'null' },
  { is: (value) => value instanceof Map, found: 'a Map', instead: 'Object.fromEntries(x) or [...x]' },
  { is: (value) => value instanceof Set, found: 'a Set', instead: '[...x]' },
  {
    is: (value) => value instanceof Promise,
    found: 'a Promise, an await is missing',
    instead: 'await x',
  },
  { is: (value) => value instanceof RegExp, found: 'a RegExp', instead: 'x.source' },
  { is: (value) => value instanceof Error, found: 'an Error', instead: 'x.message, or throw it' },
  { is: (value) => value instanceof DataView, found: 'a DataView', instead: 'a list of its numbers' },
  {
    is: (value) => ArrayBuffer.isView(value),
    found: 'a typed array',
    instead: "[...x] or Buffer.from(x).toString('base64')",
  },
  {
    is: (value) => value instanceof ArrayBuffer || value instanceof SharedArrayBuffer,
    found: 'an ArrayBuffer',
    instead: "Buffer.from(x).toString('base64')",
  },
  { is: (value) => value instanceof WeakMap, found: 'a WeakMap', instead: 'its values, or leave it out' },
  { is: (value) => value instanceof WeakSet, found: 'a WeakSet', instead: 'its values, or leave it out' },
  { is: (value) => value instanceof WeakRef, found: 'a WeakRef', instead: 'x.deref()' },
];

/** How JSON would lose `value`; undefined for a list and an object with fields. A date is only asked for if it is invalid. */
export const lostBy = (value: object): Lost | undefined => KINDS.find(({ is }) => is(value));
