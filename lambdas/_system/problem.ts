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
  NO_RESULT_IN_TIME: 504,
} as const;

/** A code of {@link Problem}. */
export type ProblemCode = keyof typeof STATUS;

/** What a {@link Problem} may have besides its message. */
interface ProblemDetails {
  readonly diagnostics?: readonly Diagnostic[];
  /** Seconds after which the same request may be answered. */
  readonly retryAfter?: number;
}

/** A request that cannot be answered as asked. The message says what was found, what was wanted and what to do. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly diagnostics: readonly Diagnostic[] | undefined;
  readonly retryAfter: number | undefined;

  constructor(code: ProblemCode, message: string, { diagnostics, retryAfter }: ProblemDetails = {}) {
    super(message);
    this.name = code;
    this.code = code;
    this.diagnostics = diagnostics;
    this.retryAfter = retryAfter;
  }

  get status(): number {
    return STATUS[this.code];
  }
}

/** Seconds until a service that was busy may be asked again. */
export const SOON = 5;

type Answer = (message: string) => Problem;

const busy: Answer = () =>
  new Problem('TOO_MANY_REQUESTS', 'Step Functions takes no more requests just now; ask again in a few seconds', {
    retryAfter: SOON,
  });

const unavailable: Answer = () =>
  new Problem('RESOURCE_UNAVAILABLE', 'A service of AWS does not answer just now; ask again in a few seconds', {
    retryAfter: SOON,
  });

const beingDeployed: Answer = () =>
  new Problem('RESOURCE_UNAVAILABLE', "The flow's state machine is just being deployed or deleted; ask again later", {
    retryAfter: SOON,
  });

const notTaken: Answer = (message) =>
  new Problem('INVALID_INPUT', `Step Functions does not take this input: ${message}`);

const notAsked: Answer = (message) =>
  new Problem('INVALID_REQUEST', `Step Functions does not take this request: ${message}`);

/** What a failure of AWS means for a caller. Source: "Errors" of each action, AWS Step Functions API reference. */
const FAILURES: { readonly [name: string]: Answer } = {
  ThrottlingException: busy,
  TooManyRequestsException: busy,
  RequestLimitExceeded: busy,
  ExecutionLimitExceeded: busy,
  KmsThrottlingException: busy,
  InvalidExecutionInput: notTaken,
  InvalidName: notAsked,
  InvalidArn: notAsked,
  ValidationException: notAsked,
  StateMachineDoesNotExist: beingDeployed,
  StateMachineDeleting: beingDeployed,
  TimeoutError: unavailable,
};

/** What a caller is told of `error`: its own words where it is meant for callers, else only that it was our fault. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const { name, message, fault } = partsOf(error);
  const answer = Object.hasOwn(FAILURES, name) ? FAILURES[name] : undefined;
  if (answer) return answer(message);
  if (name === 'RESOURCE_UNAVAILABLE')
    return new Problem('RESOURCE_UNAVAILABLE', `A stored value cannot be read or written: ${message}`);
  if (fault === 'server') return unavailable(message);
  return new Problem('ORCHESTRATOR_ERROR', "The request failed by a fault of the service; the function's log has more");
}

/** `fault`: of a failed call of AWS, whose it is. */
function partsOf(error: unknown): { readonly name: string; readonly message: string; readonly fault: unknown } {
  if (!(error instanceof Error)) return { name: '', message: String(error), fault: undefined };
  return { name: error.name, message: error.message, fault: '$fault' in error ? error.$fault : undefined };
}
