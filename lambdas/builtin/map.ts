import pLimit from 'p-limit';
import * as z from 'zod';
import { component } from '../../lib/runtime/index.ts';
import { anyValue } from './_any.ts';
import { openFlow, runResult } from './_nested.ts';

// AWS runs at most 40 iterations of an inline Map at once; a nested run does the same.
const MOST_AT_ONCE = 40;

export default component(
  {
    description: 'Runs a flow for each item. One that is written out becomes a Map state.',
    input: z.object({
      workflow: anyValue.optional(),
      workflow_id: z.string().optional(),
      items: z.array(anyValue),
      max_concurrency: z.int().min(1).optional(),
    }),
    output: z.object({ results: z.array(runResult), successful: z.int(), failed: z.int(), skipped: z.int() }),
    uses: ['map-items:read', 'map-results:write'],
    memorySize: 1024,
    timeout: 890,
  },
  async ({ workflow, workflow_id, items, max_concurrency = MOST_AT_ONCE }, context) => {
    const flow = await openFlow({ flow: workflow, flow_id: workflow_id }, context);
    const limit = pLimit(Math.min(max_concurrency, MOST_AT_ONCE));
    const results = await Promise.all(items.map((item) => limit(() => flow.run(item))));
    const count = (outcome: string): number => results.filter((result) => result.outcome === outcome).length;
    return { results, successful: count('success'), failed: count('failed'), skipped: count('skipped') };
  },
);
