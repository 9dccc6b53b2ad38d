import { describe } from '../protocol/describe.ts';
import { type ErrorCode, FlowError, toFlowError } from '../protocol/errors.ts';
import { inPlace } from '../protocol/failure-place.ts';
import type { AttachedWork } from '../protocol/invocation.ts';
import type { Json } from '../protocol/json.ts';
import { resultAt } from '../protocol/path.ts';
import { missingText, readPath } from './projection.ts';
import type { BlobStore } from './stores/blobs.ts';

/**
 * Runs the steps that are part of `step`, with its result. Answers the ids of the blobs that they keep, by the path of
 * what they hold. Throws what the first of them that fails fails with, in its place: see `FailurePlace`.
 */
export async function runAttachedWork(
  fused: readonly AttachedWork[],
  result: Json,
  step: string,
  blobs: Pick<BlobStore, 'put'>,
): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>();
  for (const { step: own, path, does } of fused) {
    const value = resultAt(result, readPath(path));
    if (value === undefined) throw failure(own, 'EXPRESSION_FAILURE', `there is no ${missingText(result, path, step)}`);
    if (does === 'check-text' && typeof value !== 'string') throw noText(own, value, path, step);
    if (does === 'store' && !ids.has(path)) ids.set(path, await store(value, own, blobs));
  }
  return ids;
}

async function store(value: Json, own: string, blobs: Pick<BlobStore, 'put'>): Promise<string> {
  try {
    return (await blobs.put(value)).blobId;
  } catch (error) {
    const { code, message } = toFlowError(error);
    throw failure(own, code, message, { cause: error });
  }
}

const noText = (own: string, value: Json, path: string, step: string): FlowError =>
  failure(
    own,
    'INVALID_INPUT',
    `its input does not fit: found ${describe(value)} at "${path}" of step "${step}", wanted a string`,
  );

const failure = (own: string, code: ErrorCode, what: string, options?: ErrorOptions): FlowError =>
  inPlace(new FlowError(code, `step "${own}": ${what}`, options), { fused: own });
