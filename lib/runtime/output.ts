import { inPlace } from '../protocol/failure-place.ts';
import { FlowError } from './errors.ts';
import type { OutputRead } from './invocation.ts';
import type { Json } from './json.ts';
import { resultAt } from './path.ts';
import { readPath } from './project.ts';

/** Looks for what the output reads, by the result of the last step. Throws EXPRESSION_FAILURE for the first that is missing. */
export function checkOutput(reads: readonly OutputRead[], result: Json): void {
  const found = reads.find(({ path, message }) =>
    path === undefined ? message !== '' : resultAt(result, readPath(path)) === undefined,
  );
  if (!found) return;
  const failure = new FlowError('EXPRESSION_FAILURE', found.message);
  // No line of the wrapper's is of use to anyone.
  failure.stack = `${failure.name}: ${failure.message}`;
  throw inPlace(failure, { inOutput: true });
}
