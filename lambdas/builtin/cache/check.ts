import * as z from 'zod';
import { component } from '../../../lib/runtime/index.ts';
import { anyValue } from '../_any.ts';

export default component(
  {
    description: 'Looks for a value that was stored under a key and has not expired.',
    input: z.object({ key: z.string().min(1) }),
    output: z.object({ cache_hit: z.boolean(), value: anyValue.describe('Null where there is none.') }),
    uses: ['cache'],
  },
  async ({ key }, { cache }) => {
    const value = await cache.get(key);
    return { cache_hit: value !== undefined, value: value ?? null };
  },
);
