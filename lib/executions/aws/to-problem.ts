import { Problem, SOON } from '../problem.ts';

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

const notFromHere: Answer = () =>
  new Problem('INVALID_REQUEST', 'The token is of no page of this list, or too old; start with the first page', {
    parameter: 'token',
  });

const notRedrivable: Answer = (message) =>
  new Problem('NOT_REDRIVABLE', `Step Functions does not redrive this execution: ${message}`);

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
  InvalidToken: notFromHere,
  ExecutionNotRedrivable: notRedrivable,
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
