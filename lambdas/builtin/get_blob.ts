import * as z from 'zod';
import { component } from '../../lib/runtime/index.ts';
import { anyValue } from './_any.ts';

export default component(
  {
    description: 'Reads a blob back.',
    input: z.object({
      blob_id: z.string().regex(/^[0-9a-f]{64}$/, 'Invalid id: expected the 64 hex digits that put_blob gave'),
    }),
    output: z.object({ data: anyValue }),
  },
  async ({ blob_id }, { blobs }) => ({ data: await blobs.get(blob_id) }),
);
