import { setTimeout } from 'node:timers/promises';
import * as z from 'zod';
import { QUOTAS } from '../../lib/protocol/quotas.ts';
import { component } from '../../lib/runtime/index.ts';
import { anyValue } from './_any.ts';

/** The longest that a timer of Node takes: 2^31 - 1 ms, some 24 days. */
const LONGEST_MS = 2_147_483_647;

const shape = z.object({
  duration_ms: z.number().min(0).max(LONGEST_MS),
  passthrough: anyValue.optional().describe('Given back as it is.'),
});

export default component(
  { description: 'Waits, then gives back its input.', input: shape, output: shape, timeout: QUOTAS.functionSeconds },
  async (input, { signal }) => {
    await setTimeout(input.duration_ms, undefined, { signal });
    return input;
  },
);
