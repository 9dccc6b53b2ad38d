import * as z from 'zod';

/** What a cell may hold. */
export const cell = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** A table whose columns have types; in its rows an empty cell is null. */
export const table = z.object({
  columns: z.array(z.object({ name: z.string(), type: z.enum(['number', 'boolean', 'date', 'text']), empty: z.int() })),
  rows: z.array(z.record(z.string(), cell)),
});

/** A {@link table}. */
export type Table = z.output<typeof table>;

/** A value of a {@link table}. */
export type Cell = z.output<typeof cell>;
