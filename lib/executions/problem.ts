import type { Diagnostic } from '../diagnostics/diagnostics.ts';

/** A code of {@link Problem} of the service itself. */
export type ProblemCode =
  | 'INVALID_INPUT'
  | 'INVALID_REQUEST'
  | 'FLOW_NOT_FOUND'
  | 'EXECUTION_NOT_FOUND'
  | 'STEP_NOT_FOUND'
  | 'NOT_WAITING'
  | 'IDEMPOTENCY_CONFLICT'
  | 'NOT_ENDED'
  | 'NOT_REDRIVABLE'
  | 'OTHER_VERSION'
  | 'INPUT_TOO_LARGE'
  | 'TOO_MANY_REQUESTS'
  | 'ORCHESTRATOR_ERROR'
  | 'NOT_OBSERVABLE'
  | 'RESULT_TOO_LARGE'
  | 'RESOURCE_UNAVAILABLE'
  | 'NO_RESULT_IN_TIME';

/** What a {@link Problem} may have besides its message. */
interface ProblemDetails {
  readonly diagnostics?: readonly Diagnostic[];
  /** Seconds after which the same request may be answered. */
  readonly retryAfter?: number;
  /** The parameter of the request that cannot be taken. */
  readonly parameter?: string;
}

/** A request that cannot be answered as asked. The message says what was found, what was wanted and what to do. */
export class Problem<Code extends string = ProblemCode> extends Error {
  readonly code: Code;
  readonly diagnostics: readonly Diagnostic[] | undefined;
  readonly retryAfter: number | undefined;
  readonly parameter: string | undefined;

  constructor(code: Code, message: string, { diagnostics, retryAfter, parameter }: ProblemDetails = {}) {
    super(message);
    this.name = code;
    this.code = code;
    this.diagnostics = diagnostics;
    this.retryAfter = retryAfter;
    this.parameter = parameter;
  }
}

/** Seconds until a service that was busy may be asked again. */
export const SOON = 5;
