import * as z from 'zod/mini';
import { ROUTE_NAMES, ROUTES, type Route, type RouteName } from './routes.ts';
import { type ApiCode, STATUS, TITLES } from './status.ts';

// The OpenAPI document is generated when the API is deployed: the function only hands out the text.

/** How a caller shows who it is. Source: "CreateRoute", Amazon API Gateway API reference. */
export type Authorization = 'AWS_IAM' | 'JWT' | 'CUSTOM' | 'NONE';

const anything = z.unknown();

const failure = z.looseObject({ code: z.string(), message: z.string() });

const execution = z.looseObject({ id: z.string(), durationMs: z.optional(z.number()) });

const common = { id: z.string(), flow: z.string(), status: z.string() };

const flow = {
  name: z.string(),
  type: z.enum(['STANDARD', 'EXPRESS']),
  description: z.optional(z.string()),
};

/** Answers and their parts, by the names that they have in the document. Fields may be added. */
const SCHEMAS = {
  Execution: z.looseObject({
    ...common,
    outcome: z.optional(z.enum(['success', 'skipped', 'failed'])),
    result: z.optional(anything),
    error: z.optional(failure),
    execution,
  }),
  ExecutionPage: z.looseObject({
    executions: z.array(z.looseObject({ ...common, startedAt: z.optional(z.string()), execution })),
    next: z.optional(z.string()),
  }),
  StepPage: z.looseObject({
    ...common,
    steps: z.array(
      z.looseObject({
        id: z.string(),
        component: z.string(),
        status: z.enum(['succeeded', 'failed', 'recovered', 'skipped', 'cancelled', 'not_run', 'running']),
        startMs: z.nullable(z.number()),
        endMs: z.nullable(z.number()),
        attempts: z.int(),
        absorbedBy: z.optional(z.string()),
      }),
    ),
    next: z.optional(z.string()),
  }),
  WaitingPage: z.looseObject({
    ...{ id: z.string(), flow: z.string() },
    waiting: z.array(
      z.looseObject({
        step: z.string(),
        item: z.optional(z.string()),
        component: z.string(),
        answeredBy: z.enum(['approval', 'callback']),
        title: z.optional(z.string()),
        details: z.optional(anything),
        askedAt: z.string(),
        until: z.optional(z.string()),
        attempt: z.int(),
      }),
    ),
  }),
  Answered: z.looseObject({
    ...{ id: z.string(), flow: z.string(), step: z.string() },
    item: z.optional(z.string()),
  }),
  FlowList: z.looseObject({ flows: z.array(z.looseObject(flow)) }),
  Flow: z.looseObject({
    ...flow,
    inputSchema: z.optional(anything),
    outputSchema: z.optional(anything),
    examples: z.array(
      z.looseObject({ name: z.optional(z.string()), description: z.optional(z.string()), input: anything }),
    ),
  }),
  Problem: z.looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(Object.keys(STATUS)),
    message: z.string(),
    requestId: z.string(),
    place: z.optional(
      z.looseObject({
        in: z.enum(['path', 'query', 'header', 'body']),
        name: z.optional(z.string()),
        line: z.optional(z.int()),
        column: z.optional(z.int()),
      }),
    ),
    diagnostics: z.optional(z.array(z.looseObject({ code: z.string(), message: z.string() }))),
    error: failure,
  }),
  OpenApi: z.looseObject({ openapi: z.string() }),
};

type SchemaName = keyof typeof SCHEMAS;

/** What a route answers: a schema by status, and the problems that only some routes have. */
interface Answers {
  readonly ok: { readonly [status: number]: readonly [schema: SchemaName, description: string] };
  readonly problems: readonly ApiCode[];
}

const OF_EXECUTION = ['FLOW_NOT_FOUND', 'EXECUTION_NOT_FOUND', 'NOT_OBSERVABLE'] as const;

const ANSWERING: Answers = {
  ok: { 200: ['Answered', 'The step goes on with the answer'] },
  problems: [...OF_EXECUTION, 'STEP_NOT_FOUND', 'NOT_WAITING'],
};

const ANSWERS: { readonly [Name in RouteName]: Answers } = {
  getOpenApi: { ok: { 200: ['OpenApi', 'This document'] }, problems: [] },
  listFlows: { ok: { 200: ['FlowList', 'All flows'] }, problems: [] },
  getFlow: { ok: { 200: ['Flow', 'The flow'] }, problems: ['FLOW_NOT_FOUND'] },
  startExecution: {
    ok: {
      200: ['Execution', 'It has ended: its result'],
      202: ['Execution', 'It runs; the header Location says where to ask for it'],
    },
    problems: ['INVALID_INPUT', 'INPUT_TOO_LARGE', 'FLOW_NOT_FOUND', 'IDEMPOTENCY_CONFLICT', 'RESULT_TOO_LARGE'],
  },
  listExecutions: {
    ok: { 200: ['ExecutionPage', 'Some executions, and the token of the next page'] },
    problems: ['FLOW_NOT_FOUND', 'NOT_OBSERVABLE'],
  },
  getExecution: {
    ok: { 200: ['Execution', 'Its status, and its result once it has ended'] },
    problems: [...OF_EXECUTION, 'RESULT_TOO_LARGE'],
  },
  stopExecution: { ok: { 200: ['Execution', 'What became of it'] }, problems: [...OF_EXECUTION, 'RESULT_TOO_LARGE'] },
  redriveExecution: {
    ok: { 202: ['Execution', 'It runs once more'] },
    problems: [...OF_EXECUTION, 'NOT_REDRIVABLE'],
  },
  approveStep: ANSWERING,
  rejectStep: ANSWERING,
  callBack: ANSWERING,
  listWaiting: {
    ok: { 200: ['WaitingPage', 'The steps, none of an execution that has ended'] },
    problems: [...OF_EXECUTION, 'RESULT_TOO_LARGE'],
  },
  getHistory: {
    ok: { 200: ['StepPage', 'Some steps, and the token of the next page'] },
    problems: [...OF_EXECUTION, 'OTHER_VERSION'],
  },
};

/** Problems that any request may have. */
const ANYWHERE: readonly ApiCode[] = [
  'INVALID_REQUEST',
  'TOO_MANY_REQUESTS',
  'ORCHESTRATOR_ERROR',
  'RESOURCE_UNAVAILABLE',
  'NO_RESULT_IN_TIME',
];

/** The OpenAPI document of the API: of the same routes by which requests are routed and checked. */
export function openApiDocument(authorization: Authorization): { [key: string]: unknown } {
  const scheme = SECURITY[authorization];
  return {
    openapi: '3.1.0',
    info: {
      title: 'Flows',
      version: '1',
      description:
        'Starts flows, lists, describes, stops and redrives their executions, and answers their steps that wait.',
    },
    servers: [{ url: '/' }],
    paths: pathsOf(),
    components: {
      schemas: Object.fromEntries(Object.entries(SCHEMAS).map(([name, schema]) => [name, schemaOf(schema)])),
      responses: Object.fromEntries(codes().map((code) => [code, problemResponse(`${TITLES[code]} (${code})`)])),
      ...(scheme && { securitySchemes: { caller: scheme } }),
    },
    ...(scheme && { security: [{ caller: [] }] }),
  };
}

const codes = (): readonly ApiCode[] => Object.keys(STATUS) as readonly ApiCode[];

const SECURITY: { readonly [Kind in Authorization]: object | undefined } = {
  AWS_IAM: {
    ...{ type: 'apiKey', name: 'Authorization', in: 'header' },
    description: 'A request signed with Signature Version 4 for the service execute-api.',
    'x-amazon-apigateway-authtype': 'awsSigv4',
  },
  JWT: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
  CUSTOM: { type: 'apiKey', name: 'Authorization', in: 'header' },
  NONE: undefined,
};

function pathsOf(): object {
  const paths: { [path: string]: { [method: string]: object } } = {};
  for (const name of [...ROUTE_NAMES].reverse()) {
    const { path, method } = ROUTES[name];
    paths[path] = { ...paths[path], [method.toLowerCase()]: operationOf(name) };
  }
  return paths;
}

function operationOf(name: RouteName): object {
  const route: Route = ROUTES[name];
  const { summary, description, takesInput, body } = route;
  return {
    operationId: name,
    summary,
    ...(description !== undefined && { description }),
    parameters: parametersOf(route),
    ...(takesInput && {
      requestBody: {
        description: "The flow's input; none is an empty object",
        content: { 'application/json': { schema: {} } },
      },
    }),
    ...(body && {
      requestBody: {
        description: body.description,
        content: { 'application/json': { schema: bodySchemaOf(body.schema) } },
      },
    }),
    responses: { ...successesOf(ANSWERS[name]), ...problemsOf([...ANSWERS[name].problems, ...ANYWHERE]) },
  };
}

const successesOf = ({ ok }: Answers): object =>
  Object.fromEntries(
    Object.entries(ok).map(([status, [schema, description]]) => [
      status,
      { description, content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } } },
    ]),
  );

/** Problems of one status are told apart by their `code`. */
function problemsOf(all: readonly ApiCode[]): object {
  const statuses = [...new Set(all.map((code) => STATUS[code]))].sort((one, other) => one - other);
  return Object.fromEntries(
    statuses.map((status) => {
      const own = all.filter((code) => STATUS[code] === status);
      return [status, problemResponse(own.map((code) => `${TITLES[code]} (${code})`).join('; '))];
    }),
  );
}

const problemResponse = (description: string): object => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});

/** The variables of paths. */
const VARIABLES: { readonly [name: string]: string } = {
  name: 'The name of a flow. Slashes in the name of a flow of a subfolder may be sent as they are, or percent-encoded.',
  id: 'The id of an execution, as the start was answered with it.',
  step: 'The id of a step; RUNNER.ID of a step of an inner flow.',
};

function parametersOf({ path, query, headers }: Route): readonly object[] {
  const variables = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    ...{ name, in: 'path', required: true, description: VARIABLES[name], schema: { type: 'string' } },
  }));
  return [...variables, ...given('query', query), ...given('header', headers)];
}

function given(place: 'query' | 'header', parameters: z.ZodMiniObject): readonly object[] {
  const { properties = {}, required = [] } = schemaOf(parameters);
  return Object.entries(properties).map(([name, schema]) => ({
    ...{ name, in: place, required: required.includes(name), schema },
  }));
}

interface ObjectSchema {
  readonly properties?: { readonly [name: string]: unknown };
  readonly required?: readonly string[];
}

/** Anything is an empty schema: that of zod names itself, which only a document of its own can. */
const bodySchemaOf = (schema: z.ZodMiniType): object => (schema instanceof z.ZodMiniObject ? schemaOf(schema) : {});

function schemaOf(schema: z.ZodMiniType): ObjectSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' });
  return rest as ObjectSchema;
}
