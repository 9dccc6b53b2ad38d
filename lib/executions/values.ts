import { isDeepStrictEqual } from 'node:util';
import { type BlobStore, hydrate, type Json } from '../runtime/index.ts';
import { hydratedSize } from '../runtime/spill/hydrated-size.ts';
import { Problem } from './problem.ts';

// Whatever an execution takes or gives has large values in blobs: here, and nowhere else in the service, they are read back.

/**
 * An execution's output with all spilled values read back. The markers say how large they are, so an output of more than `most`
 * bytes is refused before it is read. @throws Problem RESULT_TOO_LARGE, and what the store throws
 */
export async function wholeOutput(output: Json, blobs: Pick<BlobStore, 'get'>, most: number): Promise<Json> {
  if (most < Number.POSITIVE_INFINITY) {
    const bytes = await hydratedSize(output, blobs, most);
    if (bytes > most) throw resultTooLarge(bytes, most);
  }
  return hydrate(output, blobs);
}

/** Whether two inputs, in JSON, have the same value. After another deployment, other parts of one may be in blobs. */
export async function isSameInput(one: string, other: string, blobs: Pick<BlobStore, 'get'>): Promise<boolean> {
  if (one === other) return true;
  const [first, second] = await Promise.all([one, other].map((text) => hydrate(JSON.parse(text || 'null'), blobs)));
  return isDeepStrictEqual(first, second);
}

/** The refusal of a result of at least `bytes`, where no more than `most` can be answered. */
export const resultTooLarge = (bytes: number, most: number): Problem =>
  new Problem(
    'RESULT_TOO_LARGE',
    `The result has ${bytes} bytes, and the API answers with ${most}; read it with the command line, or let the flow return less`,
  );
