import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { toProblem } from '../../lib/executions/aws/to-problem.ts';
import { type Described, type Executions, isRunning } from '../../lib/executions/executions.ts';
import { Problem } from '../../lib/executions/problem.ts';
import { resultTooLarge } from '../../lib/executions/values.ts';
import { type Pause, withinTime } from '../../lib/executions/within-time.ts';
import { LARGEST_ANSWER } from './largest-answer.ts';
import { type ApiEvent, bodyOf, idempotencyKeyOf, prefersAsync } from './request.ts';
import { type ApiCode, STATUS } from './status.ts';
import { patienceOf, timeFor } from './time.ts';

/** Answers requests of the HTTP API: parse, act, answer; every failure is an answer too. */
export type ApiHandler = (
  event: ApiEvent,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
) => Promise<APIGatewayProxyStructuredResultV2>;

/** What the API is a host of. */
export interface ApiServices {
  readonly executions: Executions;
  readonly pause: Pause;
}

/** The API's function on given services. `log` takes what failed by a fault of ours. */
export const createHandler =
  (services: ApiServices, log: (error: unknown) => void = console.error): ApiHandler =>
  async (event, context) => {
    try {
      const remaining = context.getRemainingTimeInMillis();
      const routed = async () => route(services, event, patienceOf(remaining));
      const time = timeFor(remaining);
      return fitting(await withinTime(services.pause, time, routed(), () => tooLong(time)));
    } catch (error) {
      const problem: Problem<ApiCode> = error instanceof Problem ? error : toProblem(error);
      if (STATUS[problem.code] >= 500 && problem !== error) log(error);
      return refusal(problem);
    }
  };

type Answer = Promise<APIGatewayProxyStructuredResultV2>;

/** The function would be ended otherwise, and its caller be told of a fault of ours. */
const tooLong = (ms: number): Problem =>
  new Problem(
    'NO_RESULT_IN_TIME',
    `The request has taken the ${Math.round(ms / 1000)} seconds that the API may take; send it again, and with an Idempotency-Key if it starts a flow, as it may have done so`,
  );

function route(services: ApiServices, event: ApiEvent, patience: number): Answer {
  const { name = '', id = '', path = '' } = event.pathParameters ?? {};
  const startFlow = (flow: string): Answer => startExecution(services, flow, event, patience);
  const describeOne = async (flow: string, id: string): Answer =>
    answer(200, await services.executions.describe(flow, id));
  switch (event.routeKey) {
    case 'POST /flows/{name}/executions':
      return startFlow(name);
    case 'GET /flows/{name}/executions/{id}':
      return describeOne(name, id);
    case 'POST /flows/{path+}':
      return routeInFolder(/^(?<name>.+)\/executions$/, path, startFlow);
    case 'GET /flows/{path+}':
      return routeInFolder(/^(?<name>.+)\/executions\/(?<id>[^/]+)$/, path, describeOne);
    default:
      throw new Problem<ApiCode>('ROUTE_NOT_FOUND', `There is no route "${event.routeKey}"`);
  }
}

/** The flow of a subfolder has slashes in its name: `reports/daily/executions`. */
function routeInFolder(route: RegExp, path: string, act: (name: string, id: string) => Answer): Answer {
  const { name = '', id = '' } = route.exec(path)?.groups ?? {};
  if (name !== '') return act(name, id);
  throw new Problem<ApiCode>('ROUTE_NOT_FOUND', `There is no route "/flows/${path}"`);
}

async function startExecution(services: ApiServices, flow: string, event: ApiEvent, patience: number): Answer {
  const idempotencyKey = idempotencyKeyOf(event);
  const key = idempotencyKey === undefined ? {} : { idempotencyKey };
  const request = { flow, body: bodyOf(event), ...key, isAsync: prefersAsync(event), patience };
  const execution = await services.executions.start(request);
  const isObservable = services.executions
    .flows()
    .some(({ name, type }) => name === execution.flow && type === 'STANDARD');
  const headers = isObservable ? { location: locationOf(execution) } : {};
  return answer(isRunning(execution.status) ? 202 : 200, execution, headers);
}

/** Where to ask for an execution. */
const locationOf = ({ flow, id }: Described): string =>
  ['flows', ...flow.split('/'), 'executions', id].map((segment) => `/${encodeURIComponent(segment)}`).join('');

function fitting(result: APIGatewayProxyStructuredResultV2): APIGatewayProxyStructuredResultV2 {
  const bytes = Buffer.byteLength(result.body ?? '');
  if (bytes <= LARGEST_ANSWER) return result;
  throw resultTooLarge(bytes, LARGEST_ANSWER);
}

/** Characters of a message, which may quote the request. */
const LONGEST_MESSAGE = 4096;

function refusal({ code, message: whole, diagnostics, retryAfter }: Problem<ApiCode>) {
  const status = STATUS[code];
  const message = whole.length <= LONGEST_MESSAGE ? whole : `${whole.slice(0, LONGEST_MESSAGE)}…`;
  const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  const brief = answer(status, { error: { code, message } }, headers);
  if (!diagnostics) return brief;
  const full = answer(status, { error: { code, message, diagnostics } }, headers);
  return Buffer.byteLength(full.body) <= LARGEST_ANSWER ? full : brief;
}

const answer = (statusCode: number, body: object, headers: { [name: string]: string } = {}) => ({
  statusCode,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});
