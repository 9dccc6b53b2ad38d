import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { toProblem } from '../../lib/executions/aws/to-problem.ts';
import { percentDecoded } from '../../lib/executions/percent-decoded.ts';
import { Problem } from '../../lib/executions/problem.ts';
import { resultTooLarge } from '../../lib/executions/values.ts';
import { withinTime } from '../../lib/executions/within-time.ts';
import { ACTIONS, type ApiServices, type RoutedRequest } from './actions.ts';
import { LARGEST_ANSWER } from './largest-answer.ts';
import { matchRoute } from './match-route.ts';
import { problemAnswer } from './problem-document.ts';
import { type ApiEvent, checkRequest } from './request.ts';
import type { RouteName } from './routes.ts';
import { type ApiCode, STATUS } from './status.ts';
import { patienceOf, timeFor } from './time.ts';

/** Answers requests of the HTTP API: parse, act, answer; every failure is an answer too. */
export type ApiHandler = (
  event: ApiEvent,
  context: Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'>,
) => Promise<APIGatewayProxyStructuredResultV2>;

/** A line of the function's log: a request that failed by a fault of ours, or of AWS. */
export interface LogLine {
  readonly level: 'error';
  /** As in the log of requests, and in the answer. */
  readonly requestId: string;
  /** That of the call of the function. */
  readonly functionRequestId: string;
  readonly routeKey: string;
  readonly code: ApiCode;
  readonly error: { readonly name: string; readonly message: string; readonly stack?: string };
}

/** The API's function on given services. */
export const createHandler =
  (services: ApiServices, log: (line: LogLine) => void = (line) => console.error(JSON.stringify(line))): ApiHandler =>
  async (event, context) => {
    const { awsRequestId: functionRequestId } = context;
    const requestId = event.requestContext?.requestId ?? functionRequestId;
    try {
      const remaining = context.getRemainingTimeInMillis();
      const routed = async () => act(services, event, patienceOf(remaining));
      const time = timeFor(remaining);
      return fitting(await withinTime(services.pause, time, routed(), () => tooLong(time)));
    } catch (error) {
      const problem: Problem<ApiCode> = error instanceof Problem ? error : toProblem(error);
      const { routeKey } = event;
      if (STATUS[problem.code] >= 500 && problem !== error)
        log({ level: 'error', requestId, functionRequestId, routeKey, code: problem.code, error: partsOf(error) });
      return problemAnswer(problem, requestId);
    }
  };

function partsOf(error: unknown): LogLine['error'] {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message, stack } = error;
  return { name, message, ...(stack !== undefined && { stack }) };
}

/** The function would be ended otherwise, and its caller be told of a fault of ours. */
const tooLong = (ms: number): Problem =>
  new Problem(
    'NO_RESULT_IN_TIME',
    `The request has taken the ${Math.round(ms / 1000)} seconds that the API may take; send it again, and with an Idempotency-Key if it starts a flow, as it may have done so`,
  );

async function act(
  services: ApiServices,
  event: ApiEvent,
  patience: number,
): Promise<APIGatewayProxyStructuredResultV2> {
  const names = new Set(services.executions.flows().map(({ name }) => name));
  const isFlow = (name: string): boolean => names.has(name) || names.has(percentDecoded(name));
  const matched = matchRoute(event, isFlow);
  return actOn(matched.route, services, { ...matched, ...checkRequest(matched.route, event), event, patience });
}

const actOn = <Name extends RouteName>(name: Name, services: ApiServices, request: RoutedRequest<Name>) =>
  ACTIONS[name](services, request);

function fitting(result: APIGatewayProxyStructuredResultV2): APIGatewayProxyStructuredResultV2 {
  const bytes = Buffer.byteLength(result.body ?? '');
  if (bytes <= LARGEST_ANSWER) return result;
  throw resultTooLarge(bytes, LARGEST_ANSWER);
}
