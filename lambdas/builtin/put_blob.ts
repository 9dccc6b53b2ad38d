import * as z from 'zod';
import { component } from '../../lib/runtime/index.ts';
import { anyValue } from './_any.ts';

export default component(
  {
    description: 'Stores a value as a blob and gives its id, the SHA-256 of its JSON.',
    input: z.object({
      data: anyValue.describe('The value to store.'),
      blob_type: z.enum(['data', 'flow']).default('data').describe('What the value is; the id does not depend on it.'),
    }),
    output: z.object({ blob_id: z.string() }),
  },
  async ({ data }, { blobs }) => ({ blob_id: (await blobs.put(data)).blobId }),
);
