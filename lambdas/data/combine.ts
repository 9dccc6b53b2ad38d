import * as z from 'zod';
import { component, type Json } from '../../lib/runtime/index.ts';
import { anyValue, counts } from '../_shared/schemas.ts';
import { mean, round, sum, tally } from '../_shared/statistics.ts';

export default component(
  {
    description:
      'Combines records field by field: numbers are added up, lists of texts are counted, texts are collected.',
    input: z.object({ results: z.array(z.record(z.string(), anyValue)) }),
    output: z.object({
      count: z.int(),
      totals: z.record(z.string(), z.object({ sum: z.number(), mean: z.number(), largest: z.int() })),
      tallies: z.record(z.string(), counts),
      texts: z.record(z.string(), z.array(z.string())),
    }),
  },
  ({ results }) => {
    const fields = [...new Set(results.flatMap((result) => Object.keys(result)))];
    const collect = <T>(read: (values: readonly Json[]) => T | undefined): Record<string, T> =>
      Object.fromEntries(
        fields.flatMap((field) => {
          const combined = read(results.flatMap((result) => (result[field] === undefined ? [] : [result[field]])));
          return combined === undefined ? [] : [[field, combined] as const];
        }),
      );
    return { count: results.length, totals: collect(addUp), tallies: collect(count), texts: collect(texts) };
  },
);

const isNumber = (value: Json): value is number => typeof value === 'number';
const isText = (value: Json): value is string => typeof value === 'string';
const isTexts = (value: Json): value is string[] => Array.isArray(value) && value.every(isText);

/** `largest` is the index, among the results that have the field, of the greatest number. */
function addUp(values: readonly Json[]) {
  if (!values.every(isNumber)) return undefined;
  return { sum: round(sum(values)), mean: round(mean(values)), largest: values.indexOf(Math.max(...values)) };
}

const count = (values: readonly Json[]) =>
  values.every(isTexts) ? Object.fromEntries(tally(values.flat())) : undefined;

const texts = (values: readonly Json[]) => (values.every(isText) ? [...values] : undefined);
