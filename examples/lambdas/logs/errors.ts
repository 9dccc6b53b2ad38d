import { component } from 'stepflow-aws/component';
import * as z from 'zod';
import { readLog } from './_read.ts';

export default component(
  {
    description: 'Counts the failed requests of a log.',
    input: z.object({ log_blob: z.string() }),
    output: z.object({ requests: z.int(), failed: z.int(), failed_share: z.number().describe('0 to 1.') }),
  },
  async ({ log_blob }, context) => {
    const entries = await readLog(log_blob, context);
    const failed = entries.filter(({ status }) => status >= 500).length;
    return { requests: entries.length, failed, failed_share: entries.length === 0 ? 0 : failed / entries.length };
  },
);
