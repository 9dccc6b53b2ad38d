import type { ErrorCode } from './errors.ts';

/** The language's codes for the errors that AWS has names for. Source: AWS Step Functions, "Handling errors". */
export const CODES_OF_ERRORS: { readonly [error: string]: ErrorCode } = {
  'States.Timeout': 'TIMEOUT',
  'States.HeartbeatTimeout': 'TIMEOUT',
  'Sandbox.Timedout': 'TIMEOUT',
  'States.DataLimitExceeded': 'RESOURCE_UNAVAILABLE',
  'States.QueryEvaluationError': 'EXPRESSION_FAILURE',
  'States.TaskFailed': 'COMPONENT_FAILED',
};

/** The codes for further errors by the beginning of their names. */
export const CODES_OF_PREFIXES: readonly (readonly [prefix: string, code: ErrorCode])[] = [
  ['Lambda.', 'RESOURCE_UNAVAILABLE'],
  ['Runtime.', 'RESOURCE_UNAVAILABLE'],
  ['States.', 'ORCHESTRATOR_ERROR'],
];

/** The code of the language for the Error of a failed state or execution; a component's own code is itself. */
export const codeOf = (error: string): string =>
  CODES_OF_ERRORS[error] ?? CODES_OF_PREFIXES.find(([prefix]) => error.startsWith(prefix))?.[1] ?? error;
