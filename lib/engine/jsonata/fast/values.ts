import { bailOut } from './closure.ts';

/** The field of an object. Mapping over a list is left to the package. */
export function field(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) return bailOut();
  // Any own key of an object may be read.
  return Object.hasOwn(value, key) ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
}

/** The item of a list; a negative index counts from the end. Any other value counts as a list of itself. */
export function item(value: unknown, index: number): unknown {
  if (!Array.isArray(value)) return index === 0 || index === -1 ? value : undefined;
  return value[index < 0 ? value.length + index : index];
}

/** JSONata's cast to boolean; undefined stays undefined. */
export function toBoolean(value: unknown): boolean | undefined {
  switch (typeof value) {
    case 'undefined':
      return undefined;
    case 'boolean':
      return value;
    case 'string':
      return value.length > 0;
    case 'number':
      return value !== 0;
    case 'object':
      if (value === null) return false;
      return Array.isArray(value) ? value.some((item) => toBoolean(item) === true) : Object.keys(value).length > 0;
    default:
      return bailOut();
  }
}

/** JSONata's equality: by content, regardless of the order of keys. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return bailOut();
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => equal(item, b[index]));
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && equal(field(a, key), field(b, key)))
  );
}

/** The name of a value's type in JSONata. */
export function typeName(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
