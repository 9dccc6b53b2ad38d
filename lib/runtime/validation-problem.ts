import type { z } from 'zod';
import { describe, formatPath } from '../protocol/describe.ts';
import type { Segment } from '../protocol/path.ts';

type Issue = z.core.$ZodIssue;

/** What is wrong with a value, and the path of the first part of it that is. */
export interface ValidationProblem {
  readonly problem: string;
  readonly at: string;
}

const MAX_ISSUES = 5;

/** What a schema found in a value, in words: for each path what was found and what was wanted. */
export function problemOf(issues: readonly Issue[], value: unknown): ValidationProblem {
  const told = issues.slice(0, MAX_ISSUES).map((issue) => explain(issue, value));
  const rest = issues.length - told.length;
  const [first] = issues;
  return { problem: told.join('; ') + (rest > 0 ? `; and ${rest} more` : ''), at: first ? pathOf(first) : '' };
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
