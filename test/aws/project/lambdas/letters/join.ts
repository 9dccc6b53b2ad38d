import { z } from 'zod';
import { component } from '../../../../../lib/runtime/index.ts';

export default component(
  {
    input: z.object({ lines: z.array(z.string()) }),
    output: z.object({ lines: z.array(z.string()), count: z.number() }),
  },
  ({ lines }) => ({ lines, count: lines.length }),
);
