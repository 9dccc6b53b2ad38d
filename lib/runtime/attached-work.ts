import { describe } from '../protocol/describe.ts';
import { type ErrorCode, FlowError, toFlowError, withoutFrames } from '../protocol/errors.ts';
import { inPlace } from '../protocol/failure-place.ts';
import type { AttachedWork } from '../protocol/invocation.ts';
import type { Json } from '../protocol/json.ts';
import { resultAt } from '../protocol/path.ts';
import { missingText, readPath } from './projection.ts';
import type { BlobStore } from './stores/blobs.ts';

/**
 * Does the attached work of `step` with its result. Returns the ids of the stored blobs by the path of their value.
 * Throws the failure of the first work that fails, with its place: see `FailurePlace`.
 */
export async function runAttachedWork(
  attachedWork: readonly AttachedWork[],
  result: Json,
  step: string,
  blobs: Pick<BlobStore, 'put'>,
): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>();
  for (const { step: attachedStep, path, does } of attachedWork) {
    const value = resultAt(result, readPath(path));
    if (value === undefined)
      throw failure(attachedStep, 'EXPRESSION_FAILURE', `there is no ${missingText(result, path, step)}`);
    if (does === 'check-text' && typeof value !== 'string') throw notAString(attachedStep, value, path, step);
    if (does === 'store' && !ids.has(path)) ids.set(path, await store(value, attachedStep, blobs));
  }
  return ids;
}

async function store(value: Json, attachedStep: string, blobs: Pick<BlobStore, 'put'>): Promise<string> {
  try {
    return (await blobs.put(value)).blobId;
  } catch (error) {
    const { code, message } = toFlowError(error);
    throw failure(attachedStep, code, message, { cause: error });
  }
}

const notAString = (attachedStep: string, value: Json, path: string, step: string): FlowError =>
  failure(
    attachedStep,
    'INVALID_INPUT',
    `its input does not fit: found ${describe(value)} at "${path}" of step "${step}", wanted a string`,
  );

const failure = (attachedStep: string, code: ErrorCode, problem: string, options?: ErrorOptions): FlowError =>
  inPlace(withoutFrames(new FlowError(code, `step "${attachedStep}": ${problem}`, options)), { fused: attachedStep });
