import { setMaxListeners } from 'node:events';
import pLimit from 'p-limit';
import * as z from 'zod';
import { inPlace } from '../../lib/protocol/failure-place.ts';
import type { FlowResult } from '../../lib/run/report/events.ts';
import { component, type Json } from '../../lib/runtime/index.ts';
import { anyValue } from './_any.ts';
import { failureOf, flowFields, openFlow, runResult } from './_nested.ts';

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
      variables: flowFields.variables,
      on_failure: z.enum(['keep', 'fail']).default('keep'),
    }),
    output: z.object({
      results: z.array(runResult),
      values: z.array(anyValue),
      successful: z.int(),
      failed: z.int(),
      skipped: z.int(),
    }),
    uses: ['map-items:read', 'map-results:write'],
    memorySize: 1024,
    timeout: 890,
  },
  async ({ workflow, workflow_id, items, max_concurrency = MOST_AT_ONCE, variables, on_failure }, context) => {
    const others = new AbortController();
    const signal = AbortSignal.any([context.signal, others.signal]);
    setMaxListeners(0, signal);
    const flow = await openFlow({ flow: workflow, flow_id: workflow_id, variables }, { ...context, signal });
    const limit = pLimit(Math.min(max_concurrency, MOST_AT_ONCE));
    const runItem = async (item: Json, index: number): Promise<FlowResult> => {
      const run = await flow.run(item);
      if (on_failure === 'fail' && run.outcome === 'failed')
        throw inPlace(failureOf(run), { field: `items[${index}]` });
      return run;
    };
    let results: readonly FlowResult[];
    try {
      results = await Promise.all(items.map((item, index) => limit(() => runItem(item, index))));
    } finally {
      // After the first failure the other items are stopped, and no more begin.
      limit.clearQueue();
      others.abort();
    }
    const values = results.map((run) => (run.outcome === 'success' ? run.result : null));
    const count = (outcome: string): number => results.filter((result) => result.outcome === outcome).length;
    return {
      results: [...results],
      values,
      successful: count('success'),
      failed: count('failed'),
      skipped: count('skipped'),
    };
  },
);
