import * as z from 'zod';
import { component } from '../../lib/runtime/index.ts';
import { table } from './_table.ts';

export default component(
  {
    description: 'Stores a table as a blob, column by column, which is smaller and faster to read by column.',
    input: z.object({ transformed_data: table }),
    output: z.object({
      blob_id: z.string(),
      size_bytes: z.int(),
      row_count: z.int(),
      column_count: z.int(),
    }),
  },
  async ({ transformed_data: { columns, rows } }, { blobs }) => {
    const stored = columns.map(({ name, type }) => ({ name, type, values: rows.map((row) => row[name] ?? null) }));
    const { blobId, size } = await blobs.put({ columns: stored });
    return { blob_id: blobId, size_bytes: size, row_count: rows.length, column_count: columns.length };
  },
);
