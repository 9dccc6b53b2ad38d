import type { z } from 'zod';
import { describe, formatPlace } from '../protocol/describe.ts';
import type { Segment } from '../protocol/path.ts';

type Issue = z.core.$ZodIssue;

/** Whether a value fits a schema: the parsed value, or what is wrong with it, in words. */
export type Fit<T> = { readonly value: T } | { readonly wrong: string };

const MOST_ISSUES = 5;

/**
 * Parses a value. What is wrong with it says for each place what was found there, as `show` shows it, and what was
 * wanted.
 */
export async function fit<S extends z.ZodType>(
  value: unknown,
  schema: S,
  show: (value: unknown) => unknown = (same) => same,
): Promise<Fit<z.output<S>>> {
  const parsed = await schema.safeParseAsync(value);
  if (parsed.success) return { value: parsed.data };
  const shown = show(value);
  const issues = parsed.error.issues.slice(0, MOST_ISSUES).map((issue) => explain(issue, shown));
  const rest = parsed.error.issues.length - issues.length;
  return { wrong: issues.join('; ') + (rest > 0 ? `; and ${rest} more` : '') };
}

function explain(issue: Issue, value: unknown): string {
  const segments = issue.path.map((segment): Segment => (typeof segment === 'symbol' ? String(segment) : segment));
  const place = formatPlace(segments);
  return `${place === '' ? '' : `"${place}": `}found ${describe(valueIn(value, segments))}, wanted ${wanted(issue)}`;
}

function wanted(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return article(issue.expected);
    case 'invalid_value':
      return `one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'invalid_union':
      return [...new Set(issue.errors.flatMap((errors) => errors.slice(0, 1).map(wanted)))].join(' or ');
    case 'unrecognized_keys':
      return `no key ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}`;
    default:
      return sentence(issue.message);
  }
}

/** zod's own words: `Too small: expected array to have >=2 items` → `array to have >=2 items`. */
const sentence = (message: string): string => message.replace(/^[^:]*: (expected |must )?/, '');

const NAMES: { readonly [type: string]: string } = {
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
  int: 'a whole number',
};

const article = (type: string): string => NAMES[type] ?? `a ${type}`;

const valueIn = (value: unknown, segments: readonly Segment[]): unknown =>
  segments.reduce<unknown>(
    (here, segment) => (typeof here === 'object' && here !== null ? Reflect.get(here, segment) : undefined),
    value,
  );
