import * as z from 'zod';
import { component } from '../../lib/runtime/index.ts';
import { anyValue } from './_any.ts';
import { read } from './_path.ts';

export default component(
  {
    description: 'Takes one part out of a value.',
    input: z.object({ data: anyValue, path: z.string().describe('Such as `metadata.id` or `items[0]`.') }),
    output: anyValue.describe('The value at the path.'),
  },
  ({ data, path }) => read(data, path),
);
