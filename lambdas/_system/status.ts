import type { ProblemCode } from '../../lib/executions/problem.ts';

/** A code of an answer that is not a flow's own. */
export type ApiCode = ProblemCode | 'ROUTE_NOT_FOUND';

/** The HTTP status of each. */
export const STATUS: { readonly [Code in ApiCode]: number } = {
  INVALID_INPUT: 400,
  INVALID_REQUEST: 400,
  FLOW_NOT_FOUND: 404,
  EXECUTION_NOT_FOUND: 404,
  ROUTE_NOT_FOUND: 404,
  IDEMPOTENCY_CONFLICT: 409,
  NOT_ENDED: 409,
  NOT_REDRIVABLE: 409,
  OTHER_VERSION: 409,
  INPUT_TOO_LARGE: 413,
  TOO_MANY_REQUESTS: 429,
  ORCHESTRATOR_ERROR: 500,
  NOT_OBSERVABLE: 501,
  RESULT_TOO_LARGE: 502,
  RESOURCE_UNAVAILABLE: 503,
  NO_RESULT_IN_TIME: 504,
};
