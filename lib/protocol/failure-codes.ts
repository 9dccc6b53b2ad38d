import {
  FUNCTION_ENDED,
  FUNCTION_TIMED_OUT,
  QUERY_FAILED,
  TASK_FAILED,
  TIMED_OUT,
  TRANSPORT_FAULTS,
} from './aws-errors.ts';
import type { ErrorCode } from './errors.ts';

/**
 * The Errors that `onError` does not handle: faults in a step's own expressions, found by its wrapper or by AWS. All others
 * are failures of its component, whatever AWS calls them.
 */
export const LET_THROUGH: readonly string[] = ['EXPRESSION_FAILURE', QUERY_FAILED];

/** The codes for errors that AWS names. */
export const CODES_OF_ERRORS: { readonly [error: string]: ErrorCode } = {
  [TIMED_OUT]: 'TIMEOUT',
  'States.HeartbeatTimeout': 'TIMEOUT',
  [FUNCTION_TIMED_OUT]: 'TIMEOUT',
  'States.DataLimitExceeded': 'RESOURCE_UNAVAILABLE',
  [QUERY_FAILED]: 'EXPRESSION_FAILURE',
  [TASK_FAILED]: 'COMPONENT_FAILED',
};

/** The codes for all other errors, by the prefix of their names. */
export const CODES_OF_PREFIXES: readonly (readonly [prefix: string, code: ErrorCode])[] = [
  ['Lambda.', 'RESOURCE_UNAVAILABLE'],
  ['Runtime.', 'RESOURCE_UNAVAILABLE'],
  ['States.', 'ORCHESTRATOR_ERROR'],
];

/**
 * The errors that AWS names of which the code is the one given, as far as they are known: see {@link codeOf}. Without
 * States.TaskFailed, which matches all but timeouts.
 */
export const errorsOf = (code: ErrorCode): readonly string[] =>
  [TIMED_OUT, QUERY_FAILED, ...TRANSPORT_FAULTS, ...FUNCTION_ENDED].filter((error) => codeOf(error) === code);

/** The code for the Error of a failed state or execution. A component's own code is returned unchanged. */
export const codeOf = (error: string): string =>
  CODES_OF_ERRORS[error] ?? CODES_OF_PREFIXES.find(([prefix]) => error.startsWith(prefix))?.[1] ?? error;
