import * as z from 'zod';
import { component } from '../../lib/runtime/index.ts';
import { bodyShape, requestShape, responseShape, send } from './_http.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** Methods that `fetch` sends no body with. */
const BODILESS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

export default component(
  {
    description:
      'Sends an HTTP request. Any status is a result; a network that gives no answer is RESOURCE_UNAVAILABLE.',
    input: z
      .object({ method: z.enum(METHODS).default('GET'), ...requestShape, ...bodyShape })
      .refine(({ method, body }) => body === undefined || !BODILESS.has(method), {
        path: ['body'],
        error: 'Unexpected body: expected none with the methods GET and HEAD',
      }),
    output: responseShape,
  },
  send,
);
