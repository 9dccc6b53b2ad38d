import { isObject } from './json.ts';
import type { Segment } from './path.ts';

const NAME = /^[A-Za-z_][\w-]*$/;

/** Segments written as a path: `user.items[0]["b.c"]`; "" for the whole value. */
export const formatPath = (segments: readonly Segment[]): string =>
  segments.reduce<string>((text, segment) => {
    if (typeof segment === 'number') return `${text}[${segment}]`;
    if (!NAME.test(segment)) return `${text}[${JSON.stringify(segment)}]`;
    return text === '' ? segment : `${text}.${segment}`;
  }, '');

const LONGEST = 40;

/** A value in a few words, for messages: `a string ("abc")`, `a list of 3`, `an object with "id", "name"`. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (typeof value === 'string') return `a string (${JSON.stringify(shorten(value))})`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (isObject(value)) return `an object with ${listKeys(value)}`;
  return `a ${typeof value} (${String(value)})`;
}

const shorten = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);

const MOST_KEYS = 8;

/** The first few keys of an object, quoted. */
export function listKeys(value: object): string {
  const keys = Object.keys(value);
  if (keys.length === 0) return 'no keys';
  const shown = keys.slice(0, MOST_KEYS).map((key) => JSON.stringify(key));
  return keys.length > MOST_KEYS ? `${shown.join(', ')} and ${keys.length - MOST_KEYS} more` : shown.join(', ');
}
