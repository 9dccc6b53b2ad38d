import { FlowError, withoutFrames } from '../protocol/errors.ts';
import { inPlace } from '../protocol/failure-place.ts';
import type { OutputRead } from '../protocol/invocation.ts';
import type { Json } from '../protocol/json.ts';
import { resultAt } from '../protocol/path.ts';
import { readPath } from './projection.ts';

/** Checks that all values the flow's output reads are present, given the last step's result. Throws EXPRESSION_FAILURE for the first missing one. */
export function checkOutput(reads: readonly OutputRead[], result: Json): void {
  const missing = reads.find(({ path, message }) =>
    path === undefined ? message !== '' : resultAt(result, readPath(path)) === undefined,
  );
  if (!missing) return;
  throw inPlace(withoutFrames(new FlowError('EXPRESSION_FAILURE', missing.message)), { inOutput: true });
}
