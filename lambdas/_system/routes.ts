import * as z from 'zod/mini';
import { EXECUTION_STATUSES } from '../../lib/executions/executions.ts';
import { FUNCTION_SECONDS } from './time.ts';

/** A route of the API: API Gateway and the function route by it, requests are checked by it, and OpenAPI is generated of it. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** `{name}` is a flow's name, `{id}` an execution's id. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  /** The parameters of the query; others are ignored. */
  readonly query: z.ZodMiniObject;
  /** The headers that are read. */
  readonly headers: z.ZodMiniObject;
  /** Whether the body is a flow's input. */
  readonly takesInput?: true;
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

/** Every route, those of longer paths first. */
export const ROUTES = {
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
