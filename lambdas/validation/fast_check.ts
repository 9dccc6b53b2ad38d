import * as z from 'zod';
import { component, FlowError, isObject, type Json, parsePath, valueAt } from '../../lib/runtime/index.ts';
import { anyValue } from '../_shared/schemas.ts';

/** Deeper data than this is a mistake, or an attack. */
const DEEPEST = 32;

const MOST_PROBLEMS = 10;

/** What a text must be, by the name of its field. */
const RULES: readonly { readonly field: RegExp; readonly wanted: string; holds(text: string): boolean }[] = [
  { field: /^(.+_)?email$/, wanted: 'an e-mail address', holds: (text) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text) },
  { field: /^(.+_)?url$/, wanted: 'a URL', holds: (text) => URL.canParse(text) },
  { field: /^(.+_at|.*date)$/, wanted: 'a date', holds: (text) => !Number.isNaN(Date.parse(text)) },
];

export default component(
  {
    description:
      'Checks data before anything expensive is done with it: what is required is there, no text is blank, no id is there ' +
      'twice in a list, and e-mail addresses, URLs and dates are what they are called. Data with a fault is INVALID_INPUT.',
    input: z.object({
      data: anyValue,
      required: z.array(z.string()).default([]).describe('Paths that must have a value.'),
    }),
    output: z.object({ valid: z.literal(true), values: z.int().describe('Values checked.'), data: anyValue }),
  },
  ({ data, required }) => {
    const seen = { values: 0, problems: [...missingOf(data, required)] };
    check(data, '', 0, seen);
    if (seen.problems.length === 0) return { valid: true as const, values: seen.values, data };
    const shown = seen.problems.slice(0, MOST_PROBLEMS).join('; ');
    throw new FlowError('INVALID_INPUT', `${seen.problems.length} faults in the data: ${shown}`);
  },
);

interface Seen {
  values: number;
  readonly problems: string[];
}

const missingOf = (data: Json, required: readonly string[]): string[] =>
  required.flatMap((written) => {
    const path = parsePath(written);
    if ('error' in path) return [`"${written}" is not a path: ${path.error}`];
    return (valueAt(data, path) ?? null) === null ? [`"${written}" is missing`] : [];
  });

function check(value: Json, place: string, depth: number, seen: Seen, field = ''): void {
  seen.values += 1;
  if (depth > DEEPEST) seen.problems.push(`"${place}" is nested more than ${DEEPEST} deep`);
  else if (typeof value === 'string') seen.problems.push(...checkText(value, place, field));
  else if (Array.isArray(value)) {
    seen.problems.push(...repeatedIds(value, place));
    for (const [index, item] of value.entries()) check(item, `${place}[${index}]`, depth + 1, seen, field);
  } else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) check(item, place ? `${place}.${key}` : key, depth + 1, seen, key);
  }
}

function checkText(text: string, place: string, field: string): string[] {
  if (text.trim() === '') return [`"${place}" is blank`];
  const rule = RULES.find((each) => each.field.test(field));
  return rule && !rule.holds(text) ? [`"${place}" is ${JSON.stringify(text)}, wanted ${rule.wanted}`] : [];
}

function repeatedIds(items: readonly Json[], place: string): string[] {
  const ids = items.flatMap((item) => (isObject(item) && item.id !== undefined ? [JSON.stringify(item.id)] : []));
  const repeated = new Set(ids.filter((id, index) => ids.indexOf(id) !== index));
  return [...repeated].map((id) => `"${place}" has the id ${id} more than once`);
}
