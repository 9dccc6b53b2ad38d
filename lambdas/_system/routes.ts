import * as z from 'zod/mini';
import { EXECUTION_STATUSES } from '../../lib/executions/executions.ts';
import { FUNCTION_SECONDS } from './time.ts';

/** A route of the API: API Gateway and the function route by it, requests are checked by it, and OpenAPI is generated of it. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** `{name}` is a flow's name, `{id}` an execution's id, `{step}` that of a step. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  /** The parameters of the query; others are ignored. */
  readonly query: z.ZodMiniObject;
  /** The headers that are read. */
  readonly headers: z.ZodMiniObject;
  /** Whether the body is a flow's input. */
  readonly takesInput?: true;
  /** The body, where it is anything else. */
  readonly body?: { readonly schema: z.ZodMiniType; readonly description: string };
}

/** What is said of a value that does not fit: `is "abc", but a whole number from 0 to 29 is expected`. */
const unfit =
  (wanted: string) =>
  ({ input }: { readonly input?: unknown }): string =>
    `is ${JSON.stringify(input)}, but ${wanted} is expected`;

function wholeNumber(least: number, most: number) {
  const error = unfit(`a whole number from ${least} to ${most}`);
  const digits = z.string({ error }).check(z.regex(/^\d{1,9}$/, { error }));
  return z.pipe(z.pipe(digits, z.transform(Number)), z.int().check(z.gte(least, { error }), z.lte(most, { error })));
}

const text = (most: number) =>
  z.string().check(z.maxLength(most, { error: unfit(`a text of at most ${most} characters`) }));

const NOTHING = z.object({});

/** Executions or steps in a page. Source: "ListExecutions", AWS Step Functions API reference. */
const limit = z.optional(wholeNumber(1, 1000));
const token = z.optional(text(4096));

const idempotencyKey = z.string().check(
  z.trim(),
  z.minLength(1, { error: 'is blank; send one key without commas, or leave the header out' }),
  // API Gateway joins the values of a repeated header with commas.
  z.regex(/^[^,]*$/, {
    error: ({ input }) =>
      `has a comma (${JSON.stringify(input)}), as one that is sent twice has; send one key without commas, or leave the header out`,
  }),
);

/** Which of the items or rounds of a step is meant. */
const item = z.optional(text(1000));

/** What a person may say beside yes or no. */
export const DECISION = z.object(
  {
    comment: z.optional(
      z
        .string({ error: unfit('a text') })
        .check(z.maxLength(10_000, { error: unfit('a text of at most 10000 characters') })),
    ),
    by: z.optional(
      z
        .string({ error: unfit('a text') })
        .check(
          z.minLength(1, { error: unfit('a name') }),
          z.maxLength(1000, { error: unfit('a name of at most 1000 characters') }),
        ),
    ),
  },
  { error: unfit('an object such as {"comment": "as discussed"}') },
);

const decision = {
  schema: DECISION,
  description:
    'A comment; and who it is, only where the authorizer of the API does not say it. None is an empty object',
};

/** Every route, those of longer paths first. */
export const ROUTES = {
  listWaiting: {
    method: 'GET',
    path: '/flows/{name}/executions/{id}/waiting',
    summary: 'The steps of an execution that wait for an answer, the oldest first',
    query: NOTHING,
    headers: NOTHING,
  },
  approveStep: {
    method: 'POST',
    path: '/flows/{name}/executions/{id}/steps/{step}/approve',
    summary: 'Approves what a step waits for',
    query: z.object({ item }),
    headers: NOTHING,
    body: decision,
  },
  rejectStep: {
    method: 'POST',
    path: '/flows/{name}/executions/{id}/steps/{step}/reject',
    summary: 'Rejects what a step waits for: it succeeds, with approved: false',
    query: z.object({ item }),
    headers: NOTHING,
    body: decision,
  },
  callBack: {
    method: 'POST',
    path: '/flows/{name}/executions/{id}/steps/{step}/callback',
    summary: 'Sends a value to a step that waits for it',
    query: z.object({ item }),
    headers: NOTHING,
    body: { schema: z.json(), description: 'The value, which becomes the result of the step; none is an empty object' },
  },
  getHistory: {
    method: 'GET',
    path: '/flows/{name}/executions/{id}/history',
    summary: 'What the steps of an execution did',
    query: z.object({ limit, token }),
    headers: NOTHING,
  },
  redriveExecution: {
    method: 'POST',
    path: '/flows/{name}/executions/{id}/redrive',
    summary: 'Continues an execution from where it failed, was stopped or timed out',
    query: NOTHING,
    headers: NOTHING,
  },
  getExecution: {
    method: 'GET',
    path: '/flows/{name}/executions/{id}',
    summary: 'The status of an execution, and its result once it has ended',
    query: NOTHING,
    headers: NOTHING,
  },
  stopExecution: {
    method: 'DELETE',
    path: '/flows/{name}/executions/{id}',
    summary: 'Stops an execution',
    query: z.object({ reason: z.optional(text(1000)) }),
    headers: NOTHING,
  },
  startExecution: {
    method: 'POST',
    path: '/flows/{name}/executions',
    summary: 'Starts an execution of a flow',
    query: z.object({ wait: z.optional(wholeNumber(0, FUNCTION_SECONDS)) }),
    headers: z.object({ 'idempotency-key': z.optional(idempotencyKey), prefer: z.optional(z.string()) }),
    takesInput: true,
  },
  listExecutions: {
    method: 'GET',
    path: '/flows/{name}/executions',
    summary: 'The executions of a flow, the latest first',
    query: z.object({
      status: z.optional(z.enum(EXECUTION_STATUSES, { error: unfit(`one of ${EXECUTION_STATUSES.join(', ')}`) })),
      limit,
      token,
    }),
    headers: NOTHING,
  },
  getFlow: {
    method: 'GET',
    path: '/flows/{name}',
    summary: 'A flow: the schema of its input, examples',
    query: NOTHING,
    headers: NOTHING,
  },
  listFlows: {
    method: 'GET',
    path: '/flows',
    summary: 'The flows that can be started',
    query: NOTHING,
    headers: NOTHING,
  },
  getOpenApi: {
    method: 'GET',
    path: '/openapi.json',
    summary: 'This API as an OpenAPI document',
    query: NOTHING,
    headers: NOTHING,
  },
} as const satisfies { readonly [name: string]: Route };

/** The name of a route, which is its `operationId` in OpenAPI. */
export type RouteName = keyof typeof ROUTES;

/** What a checked request of a route has. */
export interface CheckedRequest<Name extends RouteName> {
  readonly query: z.output<(typeof ROUTES)[Name]['query']>;
  readonly headers: z.output<(typeof ROUTES)[Name]['headers']>;
}

/** The names of the routes. */
export const ROUTE_NAMES = Object.keys(ROUTES) as readonly RouteName[];

/** The file beside the bundle with the OpenAPI document. */
export const OPENAPI_FILE = 'openapi.json';

/** The route of the flows of subfolders: API Gateway takes a variable in the middle of a path for one segment. */
export const IN_FOLDERS = '/flows/{path+}';
