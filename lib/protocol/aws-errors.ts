// The names that AWS gives to failures. Source: "Error names", AWS Step Functions developer guide.

/** Stands for any failure in a Retry or a Catch, but for the few that only their own names match. */
export const ANY_FAILURE = 'States.ALL';

/** A task, or an execution, took longer than it may. */
export const TIMED_OUT = 'States.Timeout';

/** A task failed, and nothing says by which name. */
export const TASK_FAILED = 'States.TaskFailed';

/** Lambda stopped a function that took longer than it may. Source: as Step Functions reports it. */
export const FUNCTION_TIMED_OUT = 'Sandbox.Timedout';

/** The process of a function ended. Source: as Step Functions reports it. */
export const FUNCTION_EXITED = 'Runtime.ExitError';

/**
 * Faults on the way to a function or in its sandbox; nothing of the component's own. AWS asks to retry the first five
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
 * A nested state machine could not be started: too many executions, throttling, a fault on the way. Source: AWS Step
 * Functions developer guide, "Start workflow executions from a task state", which names the first; as an execution
 * reports it, it has the name of the API's exception.
 */
export const START_FAULTS = [
  'StepFunctions.ExecutionLimitExceeded',
  'StepFunctions.ExecutionLimitExceededException',
  'StepFunctions.AWSStepFunctionsException',
  'StepFunctions.SdkClientException',
] as const;
