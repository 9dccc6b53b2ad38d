// AWS's error names. Source: "Error names", AWS Step Functions developer guide.

/** Matches every error in a Retry or Catch, except the few that must be named. */
export const ANY_FAILURE = 'States.ALL';

/** A task or an execution exceeded its timeout. */
export const TIMED_OUT = 'States.Timeout';

/** A task failed without an error name of its own. */
export const TASK_FAILED = 'States.TaskFailed';

/** Lambda stopped a function that exceeded its timeout. Source: as Step Functions reports it. */
export const FUNCTION_TIMED_OUT = 'Sandbox.Timedout';

/** The process of a function ended. Source: as Step Functions reports it. */
export const FUNCTION_EXITED = 'Runtime.ExitError';

/** A function was called and did not end well, whatever its component did: it was killed, or ran out of time. */
export const FUNCTION_ENDED = [FUNCTION_EXITED, FUNCTION_TIMED_OUT] as const;

/**
 * Failures of the Lambda service, not of a component, which has not run. AWS recommends to retry them (AWS Step Functions,
 * "Handle transient Lambda service exceptions").
 */
export const TRANSPORT_FAULTS = [
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
  'Lambda.Unknown',
] as const;

/**
 * A nested state machine could not be started: too many executions, throttling, a service failure. Source: AWS Step
 * Functions developer guide, "Start workflow executions from a task state", which names the first error. Executions
 * report it by the name of the API's exception, which is the second.
 */
export const START_FAULTS = [
  'StepFunctions.ExecutionLimitExceeded',
  'StepFunctions.ExecutionLimitExceededException',
  'StepFunctions.AWSStepFunctionsException',
  'StepFunctions.SdkClientException',
] as const;
