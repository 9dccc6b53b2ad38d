import { QUOTAS } from '../../lib/protocol/quotas.ts';
import { type BlobStore, hydrate, type Json } from '../../lib/runtime/index.ts';
import { hydratedSize } from '../../lib/runtime/spill/hydrated-size.ts';
import { Problem } from './problem.ts';

/** Bytes that a function may answer with, less room for the envelope. */
export const LARGEST_ANSWER = QUOTAS.functionPayload - 791_456;

/**
 * An execution's output with all spilled values read back. The markers say how large they are, so an output that no answer
 * can hold is refused before it is read. @throws Problem RESULT_TOO_LARGE, and what the store throws
 */
export async function readResult(output: Json, blobs: Pick<BlobStore, 'get'>): Promise<Json> {
  const bytes = await hydratedSize(output, blobs, LARGEST_ANSWER);
  if (bytes > LARGEST_ANSWER) throw resultTooLarge(bytes);
  return hydrate(output, blobs);
}

/** The refusal of a result of at least `bytes`. */
export const resultTooLarge = (bytes: number): Problem =>
  new Problem(
    'RESULT_TOO_LARGE',
    `The result has ${bytes} bytes, and the API answers with ${LARGEST_ANSWER}; read it with the command line, or let the flow return less`,
  );
