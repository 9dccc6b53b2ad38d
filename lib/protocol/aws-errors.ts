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

/**
 * Failures of the Lambda service or of a function's sandbox, not of the component. AWS recommends to retry the first five
 * (AWS Step Functions, "Handle transient Lambda service exceptions"); the others are a killed and a timed-out function.
 */
export const TRANSPORT_FAULTS = [
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
  'Lambda.Unknown',
  FUNCTION_EXITED,
  FUNCTION_TIMED_OUT,
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
