import type { Diagnostic } from '../../lib/diagnostics/diagnostics.ts';

/** Every code of an answer that is not a flow's own, and its HTTP status. */
const STATUS = {
  INVALID_INPUT: 400,
  INVALID_REQUEST: 400,
  FLOW_NOT_FOUND: 404,
  EXECUTION_NOT_FOUND: 404,
  ROUTE_NOT_FOUND: 404,
  IDEMPOTENCY_CONFLICT: 409,
  INPUT_TOO_LARGE: 413,
  TOO_MANY_REQUESTS: 429,
  ORCHESTRATOR_ERROR: 500,
  NOT_OBSERVABLE: 501,
  RESULT_TOO_LARGE: 502,
  RESOURCE_UNAVAILABLE: 503,
} as const;

/** A code of {@link Problem}. */
export type ProblemCode = keyof typeof STATUS;

/** A request that cannot be answered as asked. The message says what was found, what was wanted and what to do. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly diagnostics: readonly Diagnostic[] | undefined;

  constructor(code: ProblemCode, message: string, diagnostics?: readonly Diagnostic[]) {
    super(message);
    this.name = code;
    this.code = code;
    this.diagnostics = diagnostics;
  }

  get status(): number {
    return STATUS[this.code];
  }
}

/** Names under which AWS says that it was asked too often. */
const BUSY = new Set(['ThrottlingException', 'TooManyRequestsException', 'ExecutionLimitExceeded']);

/** What a caller is told of `error`: its own words where it is meant for callers, else only that it was our fault. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const name = error instanceof Error ? error.name : '';
  if (BUSY.has(name)) {
    return new Problem(
      'TOO_MANY_REQUESTS',
      'Step Functions takes no more requests just now; ask again in a few seconds',
    );
  }
  if (error instanceof Error && name === 'RESOURCE_UNAVAILABLE') {
    return new Problem('RESOURCE_UNAVAILABLE', `The result cannot be read: ${error.message}`);
  }
  return new Problem('ORCHESTRATOR_ERROR', "The request failed by a fault of the service; the function's log has more");
}
