import { FlowError } from './errors.ts';
import type { OutputRead } from './invocation.ts';
import type { Json } from './json.ts';
import { resultAt } from './path.ts';
import { readPath } from './project.ts';

/** The line of the stack that tells a failure of the flow's output from one of the step whose function found it. */
const FRAME = '    at the output of the flow';

/** Looks for what the output reads, by the result of the last step. Throws EXPRESSION_FAILURE for the first that is missing. */
export function checkOutput(reads: readonly OutputRead[], result: Json): void {
  const found = reads.find(({ path, message }) =>
    path === undefined ? message !== '' : resultAt(result, readPath(path)) === undefined,
  );
  if (!found) return;
  const failure = new FlowError('EXPRESSION_FAILURE', found.message);
  failure.stack = `${failure.name}: ${failure.message}\n${FRAME}`;
  throw failure;
}

/** Whether a failure is one of the output, by the stack in its Cause. */
export const isOfOutput = (stack: readonly string[]): boolean => stack.at(-1) === FRAME;
