import * as z from 'zod';
import { component } from '../../../lib/runtime/index.ts';
import { anyValue } from '../_any.ts';

export default component(
  {
    description: 'Stores a value under a key, in place of what was there.',
    input: z.object({
      key: z.string().min(1),
      value: anyValue,
      ttl: z
        .number()
        .positive()
        .nullish()
        .describe('Seconds until it expires; without, it stays as long as the store keeps it.'),
    }),
    output: z.object({ stored: z.boolean() }),
    uses: ['cache'],
  },
  async ({ key, value, ttl }, { cache }) => {
    await cache.set(key, value, ttl ?? undefined);
    return { stored: true };
  },
);
