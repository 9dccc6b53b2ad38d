import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { toProblem } from '../../lib/executions/aws/to-problem.ts';
import type { Executions } from '../../lib/executions/executions.ts';
import { percentDecoded } from '../../lib/executions/percent-decoded.ts';
import { Problem } from '../../lib/executions/problem.ts';
import { resultTooLarge } from '../../lib/executions/values.ts';
import { type Pause, withinTime } from '../../lib/executions/within-time.ts';
import { ACTIONS, type RoutedRequest } from './actions.ts';
import { answer } from './answer.ts';
import { LARGEST_ANSWER } from './largest-answer.ts';
import { matchRoute } from './match-route.ts';
import { type ApiEvent, checkRequest } from './request.ts';
import type { RouteName } from './routes.ts';
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
      const routed = async () => act(services, event, patienceOf(remaining));
      const time = timeFor(remaining);
      return fitting(await withinTime(services.pause, time, routed(), () => tooLong(time)));
    } catch (error) {
      const problem: Problem<ApiCode> = error instanceof Problem ? error : toProblem(error);
      if (STATUS[problem.code] >= 500 && problem !== error) log(error);
      return refusal(problem);
    }
  };

/** The function would be ended otherwise, and its caller be told of a fault of ours. */
const tooLong = (ms: number): Problem =>
  new Problem(
    'NO_RESULT_IN_TIME',
    `The request has taken the ${Math.round(ms / 1000)} seconds that the API may take; send it again, and with an Idempotency-Key if it starts a flow, as it may have done so`,
  );

async function act(
  { executions }: ApiServices,
  event: ApiEvent,
  patience: number,
): Promise<APIGatewayProxyStructuredResultV2> {
  const names = new Set(executions.flows().map(({ name }) => name));
  const isFlow = (name: string): boolean => names.has(name) || names.has(percentDecoded(name));
  const matched = matchRoute(event, isFlow);
  return actOn(matched.route, executions, { ...matched, ...checkRequest(matched.route, event), event, patience });
}

const actOn = <Name extends RouteName>(name: Name, executions: Executions, request: RoutedRequest<Name>) =>
  ACTIONS[name](executions, request);

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
