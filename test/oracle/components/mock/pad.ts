import { z } from 'zod';
import { component } from '../../../../lib/runtime/index.ts';
import { padded } from '../../nested-flows.ts';

export default component(
  {
    description: 'Says what it got, in a result of a given size',
    input: z.object({ of: z.json(), bytes: z.int() }),
    output: z.json(),
  },
  ({ of, bytes }) => padded(of, bytes),
);
