import * as z from 'zod';
import { component } from '../../../lib/runtime/index.ts';
import { requestShape, responseShape, send } from '../_http.ts';

export default component(
  { description: 'Sends an HTTP GET request.', input: z.object(requestShape), output: responseShape },
  (request, context) => send({ ...request, method: 'GET' }, context),
);
