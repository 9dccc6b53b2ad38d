import { parseJson } from '../../execution/depth.ts';
import { bailOut } from './closure.ts';

/** Whether the package would take an object for a function: such objects are left to it. */
const isMarkedAsFunction = (value: object): boolean => '_jsonata_function' in value || '_jsonata_lambda' in value;

/** `$append`: any other value counts as a list of itself. */
export function append(a: unknown, b: unknown): unknown {
  if (a === undefined) return b;
  if (b === undefined) return a;
  return (Array.isArray(a) ? a : [a]).concat(Array.isArray(b) ? b : [b]);
}

/** `$count`. */
export function count(value: unknown): number {
  if (value === undefined) return 0;
  return Array.isArray(value) ? value.length : 1;
}

/** `$contains`, of strings. */
export function contains(text: unknown, part: unknown): boolean {
  return typeof text === 'string' && typeof part === 'string' ? text.includes(part) : bailOut();
}

/** `$floor`. JSON has no -0. */
export const floor = (value: unknown): number => (typeof value === 'number' ? Math.floor(value) + 0 : bailOut());

/** `$keys`, of an object. A single key is returned itself, and undefined if there is none. */
export function keys(value: unknown): string | string[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value) || isMarkedAsFunction(value)) return bailOut();
  const all = Object.keys(value);
  return all.length > 1 ? all : all[0];
}

/** `$length`: characters, not UTF-16 units. */
export const length = (text: unknown): number => (typeof text === 'string' ? Array.from(text).length : bailOut());

/** `$merge`, of a list of objects. */
export function merge(list: unknown): Record<string, unknown> {
  if (!Array.isArray(list)) bailOut();
  const merged: Record<string, unknown> = {};
  for (const object of list) {
    const isPlain =
      typeof object === 'object' && object !== null && !Array.isArray(object) && !isMarkedAsFunction(object);
    // An assignment to this key would change the prototype.
    if (!isPlain || Object.hasOwn(object, '__proto__')) bailOut();
    Object.assign(merged, object);
  }
  return merged;
}

/** `$substring`. Positions count characters, not UTF-16 units. */
export function substring(text: unknown, start: unknown, length?: unknown): string {
  if (typeof text !== 'string' || typeof start !== 'number') return bailOut();
  if (length !== undefined && typeof length !== 'number') return bailOut();
  const characters = Array.from(text);
  const from = characters.length + start < 0 ? 0 : start;
  if (length === undefined) return characters.slice(from).join('');
  if (length <= 0) return '';
  return characters.slice(from, from >= 0 ? from + length : characters.length + from + length).join('');
}

/** `$string`: compact JSON, numbers that are not whole to 15 digits. */
export function string(value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === 'number') return Number.isInteger(part) ? part : Number(part.toPrecision(15));
    return typeof part === 'object' && part !== null && isMarkedAsFunction(part) ? bailOut() : part;
  });
}

/** `$parse`, which AWS adds. */
export function parse(text: unknown): unknown {
  if (typeof text !== 'string') return bailOut();
  try {
    return parseJson(text);
  } catch {
    return bailOut();
  }
}
