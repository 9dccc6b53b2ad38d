import * as z from 'zod';
import { component, FlowError, isObject, type Json, type JsonObject } from '../../lib/runtime/index.ts';
import { counts, summary } from '../_shared/schemas.ts';
import { summarize, tally } from '../_shared/statistics.ts';

export default component(
  {
    description: 'Reads a list of records from a blob, filters it, and sums it up field by field.',
    input: z.object({
      data_blob: z.string().describe('The id of a blob that holds a list of records.'),
      filter: z
        .string()
        .regex(/^[^=]+=.*$/, 'Invalid filter: expected FIELD=VALUE')
        .describe('FIELD=VALUE'),
    }),
    output: z.object({
      filter: z.string(),
      records: z.int(),
      matched: z.int(),
      share: z.number(),
      numbers: z.record(z.string(), summary).describe('Of each field that holds numbers.'),
      most_frequent: z.record(z.string(), counts).describe('The three most frequent texts of each other field.'),
    }),
  },
  async ({ data_blob, filter }, { blobs, signal }) => {
    const records = toRecords(await blobs.get(data_blob));
    signal.throwIfAborted();
    const [field = '', ...value] = filter.split('=');
    const matched = records.filter((record) => String(record[field]) === value.join('='));
    return {
      filter,
      records: records.length,
      matched: matched.length,
      share: records.length === 0 ? 0 : Number((matched.length / records.length).toFixed(4)),
      ...profile(matched),
    };
  },
);

function toRecords(data: Json): JsonObject[] {
  if (Array.isArray(data) && data.every(isObject)) return data;
  throw new FlowError('INVALID_INPUT', 'the blob is to hold a list of records');
}

function profile(records: readonly JsonObject[]) {
  const fields = [...new Set(records.flatMap((record) => Object.keys(record)))];
  const columns = fields.map((field) => [field, records.flatMap((record) => record[field] ?? [])] as const);
  const isNumeric = (values: readonly Json[]): values is number[] => values.every((value) => typeof value === 'number');
  return {
    numbers: Object.fromEntries(
      columns.flatMap(([field, values]) => (isNumeric(values) ? [[field, summarize(values)] as const] : [])),
    ),
    most_frequent: Object.fromEntries(
      columns.flatMap(([field, values]) => (isNumeric(values) ? [] : [[field, topOf(values)] as const])),
    ),
  };
}

const topOf = (values: readonly Json[]): { [value: string]: number } =>
  Object.fromEntries(tally(values.map(String)).slice(0, 3));
