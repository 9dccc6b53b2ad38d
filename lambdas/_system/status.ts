import type { ProblemCode } from '../../lib/executions/problem.ts';

/** A code of an answer that is not a flow's own. */
export type ApiCode = ProblemCode | 'ROUTE_NOT_FOUND';

/** The HTTP status of each. */
export const STATUS: { readonly [Code in ApiCode]: number } = {
  INVALID_INPUT: 400,
  INVALID_REQUEST: 400,
  FLOW_NOT_FOUND: 404,
  EXECUTION_NOT_FOUND: 404,
  STEP_NOT_FOUND: 404,
  ROUTE_NOT_FOUND: 404,
  IDEMPOTENCY_CONFLICT: 409,
  NOT_ENDED: 409,
  NOT_WAITING: 409,
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

/** What each means, whatever the request: the `title` of problem documents. */
export const TITLES: { readonly [Code in ApiCode]: string } = {
  INVALID_INPUT: 'The input does not fit the flow',
  INVALID_REQUEST: 'The request cannot be taken',
  FLOW_NOT_FOUND: 'There is no such flow',
  EXECUTION_NOT_FOUND: 'The flow has no such execution',
  STEP_NOT_FOUND: 'No such step of the execution waits',
  ROUTE_NOT_FOUND: 'There is no such route',
  IDEMPOTENCY_CONFLICT: 'The idempotency key belongs to another input',
  NOT_WAITING: 'The step waits no more',
  NOT_ENDED: 'The execution has not ended',
  NOT_REDRIVABLE: 'The execution cannot be redriven',
  OTHER_VERSION: 'The execution is of another version of the flow',
  INPUT_TOO_LARGE: 'The input is too large',
  TOO_MANY_REQUESTS: 'There are too many requests just now',
  ORCHESTRATOR_ERROR: 'The deployment has a fault',
  NOT_OBSERVABLE: 'Express executions are not recorded',
  RESULT_TOO_LARGE: 'The result is too large for an answer',
  RESOURCE_UNAVAILABLE: 'A service does not answer, or something is gone',
  NO_RESULT_IN_TIME: 'The time for an answer is over',
};
