import { FlowError, type Json, parsePath, resultAt } from '../../lib/runtime/index.ts';

/** The value at a path, by the rules of every other path in a flow: one that is not there is EXPRESSION_FAILURE. */
export function read(data: Json, written: string): Json {
  const path = parsePath(written);
  if ('error' in path) {
    const place = `character ${path.offset + 1}`;
    throw new FlowError('INVALID_INPUT', `"${written}" is not a path: ${path.error} (${place})`);
  }
  const value = resultAt(data, path);
  if (value === undefined) throw new FlowError('EXPRESSION_FAILURE', `"data" has nothing at "${written}"`);
  return value;
}
