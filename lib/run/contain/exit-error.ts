import { FUNCTION_EXITED } from '../../protocol/aws-errors.ts';

/**
 * Lambda's error for a function whose process has ended. Source: what Step Functions reported for functions that exceeded
 * their memory, e.g. https://github.com/awslabs/amazon-s3-find-and-forget/pull/283. `stack`: the component's own, if known;
 * ours does not help the user.
 */
export function exitError(how: string, stack?: string): Error {
  const error = new Error(`Runtime exited with error: ${how}`);
  error.name = FUNCTION_EXITED;
  error.stack = stack ?? `${error.name}: ${error.message}`;
  return error;
}

/** How a process ends by an error that nobody catches: in a timer, an event or a promise that nobody waits for. */
export const uncaught = (thrown: unknown): string => `exit status 1; nobody caught ${nameAndMessage(thrown)}`;

function nameAndMessage(thrown: unknown): string {
  if (thrown instanceof Error) return `${thrown.name}: ${thrown.message}`;
  try {
    return String(thrown);
  } catch {
    return 'something that is not an error'; // an object without a prototype has no text
  }
}
