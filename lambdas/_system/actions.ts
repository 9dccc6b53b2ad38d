import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { type Described, type Executions, isRunning } from '../../lib/executions/executions.ts';
import type { Pause } from '../../lib/executions/within-time.ts';
import { answer, textAnswer } from './answer.ts';
import type { MatchedRoute } from './match-route.ts';
import { type ApiEvent, bodyOf, preferencesIn } from './request.ts';
import type { CheckedRequest, RouteName } from './routes.ts';

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

const accepted = (execution: Described) => answer(202, execution, { location: locationOf(execution) });

/** Where to ask for an execution. */
const locationOf = ({ flow, id }: Described): string =>
  ['flows', ...flow.split('/'), 'executions', id].map((segment) => `/${encodeURIComponent(segment)}`).join('');
