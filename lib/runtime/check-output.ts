import { FlowError, withoutFrames } from '../protocol/errors.ts';
import { inPlace } from '../protocol/failure-place.ts';
import type { OutputRead } from '../protocol/invocation.ts';
import type { Json } from '../protocol/json.ts';
import { resultAt } from '../protocol/path.ts';
import { noOperation, type OperationAt, readPath } from './projection.ts';

/** Checks that all values the flow's output reads are present, given the last step's result. Throws EXPRESSION_FAILURE for the first missing one. */
export function checkOutput(reads: readonly OutputRead[], result: Json, operationAt: OperationAt = noOperation): void {
  for (const read of reads) {
    const problem = problemOf(read, result, operationAt);
    if (problem !== undefined)
      throw inPlace(withoutFrames(new FlowError('EXPRESSION_FAILURE', problem)), { inOutput: true });
  }
}

/** What is wrong with a value that the output reads; undefined where nothing is. */
function problemOf(
  { path: written, message, reader = 'the output', lenient = false }: OutputRead,
  result: Json,
  operationAt: OperationAt,
): string | undefined {
  if (written === undefined) return message === '' ? undefined : message;
  const path = readPath(written);
  const computed = path.operation && operationAt(result, path.operation);
  if (computed && 'fault' in computed) return `${computed.fault}, in ${reader}`;
  const isThere = computed ? 'value' in computed : resultAt(result, path) !== undefined;
  return lenient || isThere ? undefined : message;
}
