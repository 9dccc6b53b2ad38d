import type { z } from 'zod';
import type { ValidationProblem } from './validation-problem.ts';

/** The result of validating a value: the parsed value, or what is wrong. */
export type Validation<T> = { readonly value: T } | ValidationProblem;

/**
 * Validates a value against a schema. The description says for each path what was found and what was expected; `show`
 * transforms the value before it is described, for example to hide secrets.
 */
export async function validate<S extends z.ZodType>(
  value: unknown,
  schema: S,
  show: (value: unknown) => unknown = (same) => same,
): Promise<Validation<z.output<S>>> {
  const isCopied = schema.type !== 'custom' && hasPrototypeKey(value);
  const parsed = await schema.safeParseAsync(isCopied ? renamed(value, PROTOTYPE, STAND_IN) : value);
  if (parsed.success)
    return { value: isCopied ? (renamed(parsed.data, STAND_IN, PROTOTYPE) as z.output<S>) : parsed.data };
  // A function starts without the words for what does not fit.
  const { problemOf } = await import('./validation-problem.ts');
  return problemOf(parsed.error.issues, show(value));
}

/** A key that is data as any other in JSON, but which zod leaves out of its copies: it is parsed under another name. */
const PROTOTYPE = '__proto__';
const STAND_IN = '__proto__ ';

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value));

/** What is no JSON, such as a cycle or a getter that throws, is left to others to report. */
function hasPrototypeKey(value: unknown): boolean {
  const seen = new Set<object>();
  const has = (part: unknown): boolean => {
    if (!(Array.isArray(part) || isPlain(part)) || seen.has(part)) return false;
    seen.add(part);
    return Object.hasOwn(part, PROTOTYPE) || Object.values(part).some(has);
  };
  try {
    return has(value);
  } catch {
    return false;
  }
}

function renamed(value: unknown, from: string, to: string): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, from, to));
  if (!isPlain(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key === from ? to : key, renamed(item, from, to)]),
  );
}
