import * as z from 'zod';
import { component } from '../../../lib/runtime/index.ts';
import { bodyShape, requestShape, responseShape, send } from '../_http.ts';

export default component(
  {
    description: 'Sends an HTTP POST request.',
    input: z.object({ ...requestShape, ...bodyShape }),
    output: responseShape,
  },
  (request, context) => send({ ...request, method: 'POST' }, context),
);
