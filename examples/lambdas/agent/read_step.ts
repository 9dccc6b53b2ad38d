import { component } from 'stepflow-aws/component';
import * as z from 'zod';

const next = z.object({ tool: z.string(), argument: z.string() });

export default component(
  {
    description:
      'Reads which tool a model wants to use, and with what. A reply that is no such JSON is taken as the answer.',
    input: z.object({ reply: z.string() }),
    output: next,
  },
  ({ reply }) => {
    try {
      return next.parse(JSON.parse(reply));
    } catch {
      return { tool: 'finish', argument: reply };
    }
  },
);
