import type { Context } from 'stepflow-aws/component';
import * as z from 'zod';

const entries = z.array(z.object({ at: z.string(), path: z.string(), status: z.int(), ms: z.number() }));

export type Entries = z.infer<typeof entries>;

/** The entries of a log that is kept as a blob. */
export const readLog = async (blob: string, { blobs }: Pick<Context, 'blobs'>): Promise<Entries> =>
  entries.parse(await blobs.get(blob));
