import { FUNCTION_EXITED } from '../../protocol/aws-errors.ts';
import { describeThrown } from '../../protocol/errors.ts';
import type { ExitReason } from './child.ts';
import type { ReportedExitReason } from './messages.ts';

const PREFIX = 'Runtime exited with error: ';

/**
 * Lambda's error for a function whose process has ended. Source: what Step Functions reported for functions that exceeded
 * their memory, e.g. https://github.com/awslabs/amazon-s3-find-and-forget/pull/283. `stack`: the component's own, if known;
 * ours does not help the user.
 */
export function exitError(how: string, stack?: string): Error {
  const error = new Error(`${PREFIX}${how}`);
  error.name = FUNCTION_EXITED;
  error.stack = stack ?? `${error.name}: ${error.message}`;
  return error;
}

/** How a process ends by an error that nobody catches: in a timer, an event or a promise that nobody waits for. */
export const uncaught = (thrown: unknown): string => `exit status 1; nobody caught ${describeThrown(thrown)}`;

/** What an {@link exitError} says of how the process ended; undefined for any other error. */
export const exitIn = (error: unknown): string | undefined =>
  error instanceof Error && error.name === FUNCTION_EXITED && error.message.startsWith(PREFIX)
    ? error.message.slice(PREFIX.length)
    : undefined;

/** The component's own stack, of an error that it threw where nobody catches. */
export const stackOf = (why: ReportedExitReason | ExitReason): string | undefined =>
  typeof why !== 'string' && why.kind === 'uncaught' ? why.stack : undefined;

/** Says how a process ended. `memoryMb`: what it may use. */
export function describeExit(why: ReportedExitReason | ExitReason, memoryMb?: number): string {
  const memory =
    memoryMb === undefined
      ? 'a component used more memory than there is'
      : `its component used more than the ${memoryMb} MB that it may; raise its "memorySize", or give it less to do`;
  if (why === 'SIGABRT') return `signal: aborted; most likely ${memory}`;
  if (typeof why === 'string') return `signal: ${why}`;
  if (why.kind === 'memory') return `signal: killed; ${memory}`;
  return why.kind === 'exit' ? `exit status ${why.code}` : why.message;
}
