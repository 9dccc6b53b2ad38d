import { FUNCTION_ENDED, FUNCTION_TIMED_OUT, TASK_FAILED, TIMED_OUT, TRANSPORT_FAULTS } from './aws-errors.ts';
import { ERROR_CODES, type ErrorCode } from './errors.ts';

/** The codes of a component's own failures: all except EXPRESSION_FAILURE, which is a failure of the step's input. */
export const COMPONENT_FAILURES: readonly ErrorCode[] = [
  'COMPONENT_FAILED',
  ...ERROR_CODES.filter((code) => code !== 'COMPONENT_FAILED' && code !== 'EXPRESSION_FAILURE'),
];

/** The Errors that `onError` handles. */
export const COVERED: readonly string[] = [...COMPONENT_FAILURES, ...TRANSPORT_FAULTS, ...FUNCTION_ENDED, TIMED_OUT];

/** The codes for errors that AWS names. */
export const CODES_OF_ERRORS: { readonly [error: string]: ErrorCode } = {
  [TIMED_OUT]: 'TIMEOUT',
  'States.HeartbeatTimeout': 'TIMEOUT',
  [FUNCTION_TIMED_OUT]: 'TIMEOUT',
  'States.DataLimitExceeded': 'RESOURCE_UNAVAILABLE',
  'States.QueryEvaluationError': 'EXPRESSION_FAILURE',
  [TASK_FAILED]: 'COMPONENT_FAILED',
};

/** The codes for all other errors, by the prefix of their names. */
export const CODES_OF_PREFIXES: readonly (readonly [prefix: string, code: ErrorCode])[] = [
  ['Lambda.', 'RESOURCE_UNAVAILABLE'],
  ['Runtime.', 'RESOURCE_UNAVAILABLE'],
  ['States.', 'ORCHESTRATOR_ERROR'],
];

/** The code for the Error of a failed state or execution. A component's own code is returned unchanged. */
export const codeOf = (error: string): string =>
  CODES_OF_ERRORS[error] ?? CODES_OF_PREFIXES.find(([prefix]) => error.startsWith(prefix))?.[1] ?? error;
