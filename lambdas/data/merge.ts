import * as z from 'zod';
import { component, isObject, type Json } from '../../lib/runtime/index.ts';
import { anyValue } from '../_shared/schemas.ts';
import { type Conflict, mergeAll } from './_deep-merge.ts';

const source = z.object({
  name: z.string(),
  kind: z.enum(['list', 'object', 'scalar']),
  size: z.int().describe('Items of a list, keys of an object, else 1.'),
  status: z.int().optional().describe('Of a source that is an HTTP answer.'),
});

export default component(
  {
    description:
      'Merges values from several sources: maps key by key, lists joined with items of one id merged, and of two scalars the later one. ' +
      'Of an HTTP answer, its body is merged.',
    input: z.record(z.string(), anyValue).describe('The sources by name; merged in the order of their names.'),
    output: z.object({
      merged: anyValue,
      sources: z.array(source),
      conflicts: z.array(z.object({ path: z.string(), kept: anyValue, dropped: anyValue })),
    }),
  },
  (input) => {
    const named = Object.entries(input)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => ({ name, ...unpack(value) }));
    const conflicts: Conflict[] = [];
    const merged = mergeAll(
      named.map(({ value }) => value),
      conflicts,
    );
    return { merged, conflicts, sources: named.map(({ value, ...rest }) => ({ ...rest, ...measure(value) })) };
  },
);

/** An HTTP answer is taken for its body. */
function unpack(value: Json): { readonly value: Json; readonly status?: number } {
  if (isObject(value) && typeof value.status === 'number' && value.body !== undefined) {
    return { value: value.body, status: value.status };
  }
  return { value };
}

function measure(value: Json): Pick<z.input<typeof source>, 'kind' | 'size'> {
  if (Array.isArray(value)) return { kind: 'list', size: value.length };
  return isObject(value) ? { kind: 'object', size: Object.keys(value).length } : { kind: 'scalar', size: 1 };
}
