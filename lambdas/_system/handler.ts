import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { describe, type Services, start } from './executions.ts';
import { Problem, toProblem } from './problem.ts';
import { LARGEST_ANSWER, resultTooLarge } from './read-result.ts';

/** Answers requests of the HTTP API: parse, act, answer; every failure is an answer too. */
export type ApiHandler = (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;

/** The API's function on given services. `log` takes what failed by a fault of ours. */
export const createHandler =
  (services: Services, log: (error: unknown) => void = console.error): ApiHandler =>
  async (event) => {
    try {
      return fitting(await route(services, event));
    } catch (error) {
      const problem = toProblem(error);
      if (problem.status >= 500 && problem !== error) log(error);
      return refusal(problem);
    }
  };

function route(services: Services, event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  const { name = '', id = '', path = '' } = event.pathParameters ?? {};
  switch (event.routeKey) {
    case 'POST /flows/{name}/executions':
      return startExecution(services, name, event);
    case 'GET /flows/{name}/executions/{id}':
      return describeExecution(services, name, id);
    case 'POST /flows/{path+}':
      return routeInFolder(/^(?<name>.+)\/executions$/, path, (flow) => startExecution(services, flow, event));
    case 'GET /flows/{path+}':
      return routeInFolder(/^(?<name>.+)\/executions\/(?<id>[^/]+)$/, path, (flow, execution) =>
        describeExecution(services, flow, execution),
      );
    default:
      throw new Problem('ROUTE_NOT_FOUND', `There is no route "${event.routeKey}"`);
  }
}

type Answer = Promise<APIGatewayProxyStructuredResultV2>;

/** The flow of a subfolder has slashes in its name: `reports/daily/executions`. */
function routeInFolder(route: RegExp, path: string, act: (name: string, id: string) => Answer): Answer {
  const { name = '', id = '' } = route.exec(path)?.groups ?? {};
  if (name !== '') return act(name, id);
  throw new Problem('ROUTE_NOT_FOUND', `There is no route "/flows/${path}"`);
}

const describeExecution = (services: Services, name: string, id: string): Answer =>
  describe(services, name, id).then((execution) => answer(200, execution));

async function startExecution(services: Services, flow: string, event: APIGatewayProxyEventV2) {
  const body = event.isBase64Encoded ? Buffer.from(event.body ?? '', 'base64').toString('utf8') : (event.body ?? '');
  const idempotencyKey = event.headers['idempotency-key'];
  const execution = await start(services, { flow, body, ...(idempotencyKey !== undefined && { idempotencyKey }) });
  const segments = ['flows', ...flow.split('/'), 'executions', execution.id];
  const location = segments.map((segment) => `/${encodeURIComponent(segment)}`).join('');
  return answer(202, execution, { location });
}

function fitting(result: APIGatewayProxyStructuredResultV2): APIGatewayProxyStructuredResultV2 {
  const bytes = Buffer.byteLength(result.body ?? '');
  if (bytes <= LARGEST_ANSWER) return result;
  throw resultTooLarge(bytes);
}

function refusal({ code, status, message, diagnostics }: Problem): APIGatewayProxyStructuredResultV2 {
  const headers = code === 'TOO_MANY_REQUESTS' ? { 'retry-after': '5' } : {};
  return answer(status, { error: { code, message, ...(diagnostics && { diagnostics }) } }, headers);
}

const answer = (statusCode: number, body: object, headers: { [name: string]: string } = {}) => ({
  statusCode,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});
