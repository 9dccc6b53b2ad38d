import type { z } from 'zod';
import { describe, formatPath } from '../protocol/describe.ts';
import type { Segment } from '../protocol/path.ts';

type Issue = z.core.$ZodIssue;

/** The result of validating a value: the parsed value, or what is wrong, and the path of the first value that is. */
export type Validation<T> = { readonly value: T } | { readonly problem: string; readonly at: string };

const MAX_ISSUES = 5;

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
  const shown = show(value);
  const issues = parsed.error.issues.slice(0, MAX_ISSUES).map((issue) => explain(issue, shown));
  const rest = parsed.error.issues.length - issues.length;
  const [first] = parsed.error.issues;
  return { problem: issues.join('; ') + (rest > 0 ? `; and ${rest} more` : ''), at: first ? pathOf(first) : '' };
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

const segmentsOf = ({ path }: Issue): readonly Segment[] =>
  path.map((segment) => (typeof segment === 'symbol' ? String(segment) : segment));

const pathOf = (issue: Issue): string => formatPath(segmentsOf(issue));

function explain(issue: Issue, value: unknown): string {
  const segments = segmentsOf(issue);
  const path = pathOf(issue);
  return `${path === '' ? '' : `"${path}": `}found ${describe(valueIn(value, segments))}, wanted ${wanted(issue)}`;
}

function wanted(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return typeName(issue.expected);
    case 'invalid_value':
      return `one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'invalid_union':
      return [...new Set(issue.errors.flatMap((errors) => errors.slice(0, 1).map(wanted)))].join(' or ');
    case 'unrecognized_keys':
      return `no key ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}`;
    default:
      return withoutPrefix(issue.message);
  }
}

/** zod's message without its prefix: `Too small: expected array to have >=2 items` → `array to have >=2 items`. */
const withoutPrefix = (message: string): string => message.replace(/^[^:]*: (expected |must )?/, '');

const NAMES: { readonly [type: string]: string } = {
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
  int: 'a whole number',
};

const typeName = (type: string): string => NAMES[type] ?? `a ${type}`;

const valueIn = (value: unknown, segments: readonly Segment[]): unknown =>
  segments.reduce<unknown>(
    (here, segment) => (typeof here === 'object' && here !== null ? Reflect.get(here, segment) : undefined),
    value,
  );
