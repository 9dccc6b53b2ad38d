import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { component } from '../../lib/runtime/index.ts';
import { anyValue } from './_any.ts';
import { flowFields, openFlow, runResult } from './_nested.ts';

export default component(
  {
    description:
      'Runs a flow that is only known when the step runs; one that is written out becomes part of the parent.',
    input: z.object({ ...flowFields, input: anyValue.default(null) }),
    output: z.object({ result: runResult, run_id: z.string() }),
    uses: ['map-items:read', 'map-results:write'],
    memorySize: 1024,
    timeout: 890,
  },
  async ({ input, ...given }, context) => {
    const flow = await openFlow(given, context);
    return { result: await flow.run(input), run_id: `${context.execution}:${context.step}:${randomUUID()}` };
  },
);
