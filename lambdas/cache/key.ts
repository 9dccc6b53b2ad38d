import { createHash } from 'node:crypto';
import * as z from 'zod';
import { component, isObject, type Json } from '../../lib/runtime/index.ts';
import { anyValue } from '../_shared/schemas.ts';

export default component(
  {
    description:
      'A key for a request: the SHA-256 of its JSON with sorted keys, so that equal requests have equal keys.',
    input: z.object({
      request: anyValue,
      namespace: z.string().default('default').describe('Keeps the keys of different uses apart.'),
    }),
    output: z.object({ cache_key: z.string() }),
  },
  ({ request, namespace }) => {
    const hash = createHash('sha256')
      .update(JSON.stringify(sorted(request)))
      .digest('hex');
    return { cache_key: `${namespace}:${hash}` };
  },
);

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}
