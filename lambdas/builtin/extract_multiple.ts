import * as z from 'zod';
import { component, type Json } from '../../lib/runtime/index.ts';
import { anyValue } from './_any.ts';
import { read } from './_path.ts';

export default component(
  {
    description: 'Takes several parts out of a value at once.',
    input: z.object({ data: anyValue, fields: z.array(z.string()).describe('The paths to read.') }),
    output: z.record(z.string(), anyValue).describe('The value at each path, by the path as written.'),
  },
  ({ data, fields }) => Object.fromEntries(fields.map((path): [string, Json] => [path, read(data, path)])),
);
