import { component } from 'stepflow-aws/component';
import * as z from 'zod';
import { readLog } from './_read.ts';

export default component(
  {
    description: 'How long the requests of a log took.',
    input: z.object({ log_blob: z.string(), percentile: z.number().gt(0).max(100).default(95) }),
    output: z.object({ ms: z.number().describe('Of the percentile, by nearest rank; 0 for an empty log.') }),
  },
  async ({ log_blob, percentile }, context) => {
    const sorted = (await readLog(log_blob, context)).map(({ ms }) => ms).sort((one, other) => one - other);
    return { ms: sorted[Math.ceil((percentile / 100) * sorted.length) - 1] ?? 0 };
  },
);
