import type { Retrier } from './state-machine.ts';

/**
 * Faults on the way to a function or in its sandbox; nothing of the component's own. AWS asks to retry the first five
 * (AWS Step Functions, "Handle transient Lambda service exceptions"); the others are a killed and a timed-out function.
 */
const TRANSPORT_FAULTS = [
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
  'Lambda.Unknown',
  'Runtime.ExitError',
  'Sandbox.Timedout',
] as const;

/** The codes with which a component's own failure arrives. */
const COMPONENT_FAILURES = [
  'COMPONENT_FAILED',
  'INVALID_INPUT',
  'COMPONENT_NOT_FOUND',
  'TIMEOUT',
  'CANCELLED',
  'RESOURCE_UNAVAILABLE',
  'UNREACHABLE',
  'ORCHESTRATOR_ERROR',
  'UNSPECIFIED',
] as const;

/** What `onError` covers: all but a fault in the step's own input expressions. */
export const COVERED = [...COMPONENT_FAILURES, ...TRANSPORT_FAULTS, 'States.Timeout'] as const;

/** From one second on, twice as long each time: what AWS does where nothing else is written, and each task has this. */
const BACKOFF = { MaxDelaySeconds: 30, JitterStrategy: 'FULL' } as const;

/** Every task is retried after transport faults. */
export const transportRetry: Retrier = { ErrorEquals: TRANSPORT_FAULTS, MaxAttempts: 5, ...BACKOFF };

/**
 * A nested state machine could not be started: too many executions, throttling, a fault on the way. Source: AWS Step
 * Functions developer guide, "Start workflow executions from a task state", which names the first; as an execution
 * reports it, it has the name of the API's exception.
 */
export const startRetry: Retrier = {
  ErrorEquals: [
    'StepFunctions.ExecutionLimitExceeded',
    'StepFunctions.ExecutionLimitExceededException',
    'StepFunctions.AWSStepFunctionsException',
    'StepFunctions.SdkClientException',
  ],
  MaxAttempts: 5,
  ...BACKOFF,
};

/** `onError: retry` adds attempts after the component's own failures. */
export const componentRetry = (maxRetries: number): Retrier => ({
  ErrorEquals: [...COMPONENT_FAILURES, 'States.Timeout'],
  MaxAttempts: maxRetries,
  ...BACKOFF,
});
