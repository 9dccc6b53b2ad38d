import * as z from 'zod';
import { component } from '../../lib/runtime/index.ts';
import { unspill } from '../../lib/runtime/spill/hydrate.ts';
import { spillInput, spillTravelling } from '../../lib/runtime/spill/spill-input.ts';
import { anyValue } from './_any.ts';

/** Makes a value ready to be the input of a flow: one that has travelled (see `spillTravelling`), or one that comes from outside. */
export default component(
  {
    description:
      'Puts what is large of a value into blobs. The compiler calls it where a flow reads inside such a value.',
    travelling: true,
    input: z.object({
      value: anyValue,
      reads: z.array(z.string()),
      share: z.number(),
      room: z.number(),
      direct: z.boolean().default(false),
    }),
    output: anyValue,
  },
  async ({ value, direct, ...budget }, { blobs }) =>
    direct ? spillInput(value, budget, blobs) : spillTravelling(await unspill(value, blobs), budget, blobs),
);
