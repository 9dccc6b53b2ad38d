import { checkInput } from '../run/input/check-input.ts';
import { type BlobStore, type InputBudget, isFlowError, type Json, spillInput } from '../runtime/index.ts';
import { Problem } from './problem.ts';

/** What a flow takes as its input. */
export interface FlowInput {
  readonly inputSchema?: Json;
  readonly inputBudget: InputBudget;
}

/**
 * A flow's input as its state machine takes it: checked, in JSON, what is large of it in blobs. A blank body is an empty
 * input. @throws Problem where it is not JSON, does not fit the flow's schema or is too large
 */
export async function readInput(
  body: string,
  flow: FlowInput,
  blobs: Pick<BlobStore, 'put'>,
  file = 'body',
): Promise<string> {
  const text = body.trim() === '' ? '{}' : body;
  const input = parse(text);
  const diagnostics = checkInput(input, flow.inputSchema, { file, text });
  if (diagnostics.length > 0)
    throw new Problem('INVALID_INPUT', diagnostics.map(({ message }) => message).join('; '), { diagnostics });
  try {
    return JSON.stringify(await spillInput(input, flow.inputBudget, blobs));
  } catch (error) {
    if (!isFlowError(error) || error.code !== 'INVALID_INPUT') throw error;
    throw new Problem('INPUT_TOO_LARGE', error.message);
  }
}

function parse(text: string): Json {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Problem('INVALID_INPUT', `The body is not JSON (${why}); send the flow's input as a JSON document`);
  }
}
