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
export const FUNCTION_ENDED = [FUNCTION_EXITED, 'Runtime.OutOfMemory', FUNCTION_TIMED_OUT] as const;

/** More items of a distributed Map failed than it tolerates. */
export const TOO_MANY_FAILED = 'States.ExceedToleratedFailureThreshold';

/** An expression of a state failed. */
export const QUERY_FAILED = 'States.QueryEvaluationError';

/**
 * Lambda had no room for a call: too many run at once, or network interfaces, addresses and requests of the VPC ran out. The
 * component has not run, and there is room again when others have ended. Source: "Invoke", AWS Lambda API reference.
 */
export const THROTTLED = [
  'Lambda.TooManyRequestsException',
  'Lambda.EC2ThrottledException',
  'Lambda.ENILimitReachedException',
  'Lambda.SubnetIPAddressLimitReachedException',
] as const;

/**
 * Other failures of the Lambda service, not of a component. AWS recommends to retry the first four (AWS Step Functions, "Handle
 * Lambda service exceptions"); of the others, "Invoke" of the AWS Lambda API reference says that they pass.
 */
export const SERVICE_FAULTS = [
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.Unknown',
  'Lambda.ResourceNotReadyException',
  'Lambda.ResourceConflictException',
  'Lambda.ENINotReadyException',
  'Lambda.EC2UnexpectedException',
] as const;

/** Failures of a call before its component ran. */
export const TRANSPORT_FAULTS = [...THROTTLED, ...SERVICE_FAULTS] as const;

/**
 * A nested state machine could not be started yet: too many executions, or too many requests. Source: AWS Step Functions
 * developer guide, "Start workflow executions from a task state", which names the first error. Executions report it by the
 * name of the API's exception, which is the second. "StartExecution" and "Common errors" of the API reference have the others.
 */
export const START_THROTTLED = [
  'StepFunctions.ExecutionLimitExceeded',
  'StepFunctions.ExecutionLimitExceededException',
  'StepFunctions.ThrottlingException',
  'StepFunctions.KmsThrottlingException',
] as const;

/** A nested state machine could not be started, because of a failure of the service. Source: as above. */
export const START_FAULTS = [
  'StepFunctions.AWSStepFunctionsException',
  'StepFunctions.SfnException',
  'StepFunctions.SdkClientException',
] as const;
