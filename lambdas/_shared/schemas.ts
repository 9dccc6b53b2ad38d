import * as z from 'zod';

export { anyValue } from '../builtin/_any.ts';

/** What {@link summarize} of statistics.ts gives. */
export const summary = z.object({
  min: z.number(),
  max: z.number(),
  mean: z.number(),
  median: z.number(),
  p90: z.number(),
});

/** A count of each name. */
export const counts = z.record(z.string(), z.number());
