import { FlowError } from '../protocol/errors.ts';
import { inPlace } from '../protocol/failure-place.ts';
import type { OutputRead } from '../protocol/invocation.ts';
import type { Json } from '../protocol/json.ts';
import { resultAt } from '../protocol/path.ts';
import { readPath } from './projection.ts';

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
