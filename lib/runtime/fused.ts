import type { BlobStore } from './blobs.ts';
import { describe } from './describe.ts';
import { FlowError, toFlowError } from './errors.ts';
import type { FusedStep } from './invocation.ts';
import type { Json } from './json.ts';
import { resultAt } from './path.ts';
import { missingText, readPath } from './project.ts';

/**
 * Runs the steps that are part of `step`, with its result. Answers the ids of the blobs that they keep, by the path of
 * what they hold. Throws what the first of them that fails fails with; the message begins with its name.
 */
export async function runFused(
  fused: readonly FusedStep[],
  result: Json,
  step: string,
  blobs: Pick<BlobStore, 'put'>,
): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>();
  for (const { step: own, path, does } of fused) {
    const value = resultAt(result, readPath(path));
    if (value === undefined) {
      throw new FlowError('EXPRESSION_FAILURE', `step "${own}": there is no ${missingText(result, path, step)}`);
    }
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
    throw new FlowError(code, `step "${own}": ${message}`, { cause: error });
  }
}

const noText = (own: string, value: Json, path: string, step: string): FlowError =>
  new FlowError(
    'INVALID_INPUT',
    `step "${own}": its input does not fit: found ${describe(value)} at "${path}" of step "${step}", wanted a string`,
  );

/** The step that a failure of {@link runFused} is of, by its message. */
export const fusedStepIn = (message: string): string | undefined => /^step "([\w.-]+)": /.exec(message)?.[1];
