import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { type Described, type Executions, isRunning } from '../../lib/executions/executions.ts';
import { Problem } from '../../lib/executions/problem.ts';
import type { Pause } from '../../lib/executions/within-time.ts';
import { answer, textAnswer } from './answer.ts';
import { callerOf } from './caller.ts';
import type { MatchedRoute } from './match-route.ts';
import { type ApiEvent, bodyOf, checkBody, jsonBodyOf, preferencesIn } from './request.ts';
import { type CheckedRequest, DECISION, type RouteName } from './routes.ts';

/** What the API is a host of. */
export interface ApiServices {
  readonly executions: Executions;
  readonly pause: Pause;
  /** The OpenAPI document. */
  readonly openApi: () => Promise<string>;
}

/** A request that has been routed and checked. */
export interface RoutedRequest<Name extends RouteName> extends MatchedRoute, CheckedRequest<Name> {
  readonly event: ApiEvent;
  /** Milliseconds that a result may be waited for. */
  readonly patience: number;
}

type Answer = Promise<APIGatewayProxyStructuredResultV2>;

/** What each route does. */
export const ACTIONS: {
  readonly [Name in RouteName]: (services: ApiServices, request: RoutedRequest<Name>) => Answer;
} = {
  listFlows: async ({ executions }) => answer(200, { flows: executions.flows() }),
  getFlow: async ({ executions }, { name }) => answer(200, await executions.flow(name)),
  startExecution,
  listExecutions: async ({ executions }, { name, query }) => answer(200, await executions.list(name, query)),
  getExecution: async ({ executions }, { name, id }) => answer(200, await executions.describe(name, id)),
  stopExecution: async ({ executions }, { name, id, query: { reason } }) =>
    answer(200, await executions.stop(name, id, reason)),
  redriveExecution: async ({ executions }, { name, id }) => accepted(await executions.redrive(name, id)),
  getOpenApi: async ({ openApi }) => textAnswer(200, await openApi()),
  approveStep: (services, request) => decide(services, request, true),
  rejectStep: (services, request) => decide(services, request, false),
  callBack: async ({ executions }, { name, id, step, query, event }) =>
    answer(200, await executions.respond(name, id, { step, ...query, answer: { value: jsonBodyOf(event) } })),
  listWaiting: async ({ executions }, { name, id }) => answer(200, await executions.waiting(name, id)),
  getHistory: async ({ executions }, { name, id, query }) => answer(200, await executions.history(name, id, query)),
};

async function startExecution(
  { executions }: ApiServices,
  { name, event, query, headers, patience }: RoutedRequest<'startExecution'>,
): Answer {
  const { isAsync, wait: preferred } = preferencesIn(headers.prefer);
  const wait = query.wait ?? preferred;
  const key = headers['idempotency-key'];
  const execution = await executions.start({
    ...{ flow: name, body: bodyOf(event), isAsync, patience },
    ...(wait !== undefined && { wait: wait * 1000 }),
    ...(key !== undefined && { idempotencyKey: key }),
  });
  const isObservable = executions.flows().some((flow) => flow.name === execution.flow && flow.type === 'STANDARD');
  const headersOf = isObservable ? { location: locationOf(execution) } : {};
  return answer(isRunning(execution.status) ? 202 : 200, execution, headersOf);
}

async function decide(
  { executions }: ApiServices,
  { name, id, step, query, event }: RoutedRequest<'approveStep' | 'rejectStep'>,
  approved: boolean,
): Answer {
  const { comment, by: said } = checkBody(DECISION, event);
  const caller = callerOf(event);
  // Whoever may answer must not be able to sign with the name of another.
  if (caller !== undefined && said !== undefined && said !== caller) throw notTheCaller(caller);
  return answer(
    200,
    await executions.respond(name, id, { step, ...query, answer: { approved, by: caller ?? said, comment } }),
  );
}

const notTheCaller = (caller: string): Problem =>
  new Problem('INVALID_REQUEST', `The API knows that ${JSON.stringify(caller)} calls; leave "by" out of the body`, {
    parameter: 'body',
  });

const accepted = (execution: Described) => answer(202, execution, { location: locationOf(execution) });

/** Where to ask for an execution. */
const locationOf = ({ flow, id }: Described): string =>
  ['flows', ...flow.split('/'), 'executions', id].map((segment) => `/${encodeURIComponent(segment)}`).join('');
