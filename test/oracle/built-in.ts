import { createHash } from 'node:crypto';
import type { ErrorCode } from '../../lib/protocol/errors.ts';
import { isObject, type Json } from '../../lib/protocol/json.ts';
import { parsePath } from '../../lib/protocol/path.ts';
import type { Answer } from './mocked.ts';
import { resultAt } from './value-at.ts';

/** The blobs of a run, by id. */
type Blobs = Map<string, Json>;

type Call = (input: { readonly [key: string]: Json }, blobs: Blobs) => Json | undefined;

/** What a built-in component does, as the language defines it. Undefined where its input does not fit. */
const BUILTINS: { readonly [component: string]: Call } = {
  '/extract': ({ data, path }) => (data === undefined ? undefined : extract(data, path)),
  '/data/extract_multiple': ({ data, fields }) => {
    if (data === undefined || !Array.isArray(fields)) return undefined;
    const parts = fields.map((field) => [field, extract(data, field)] as const);
    if (parts.some(([field, part]) => typeof field !== 'string' || part === undefined)) return undefined;
    return Object.fromEntries(parts.map(([field, part]) => [String(field), part ?? null]));
  },
  '/builtin/create_messages': ({ system_instructions: system = null, user_prompt: prompt }) => {
    if (typeof prompt !== 'string' || (system !== null && typeof system !== 'string')) return undefined;
    const user = { role: 'user', content: prompt };
    return { messages: system ? [{ role: 'system', content: system }, user] : [user] };
  },
  '/builtin/put_blob': ({ data, blob_type: type = 'data' }, blobs) => {
    if (data === undefined || (type !== 'data' && type !== 'flow')) return undefined;
    const id = createHash('sha256').update(JSON.stringify(data)).digest('hex');
    blobs.set(id, data);
    return { blob_id: id };
  },
  '/builtin/get_blob': ({ blob_id: id }, blobs) => {
    if (typeof id !== 'string' || !/^[0-9a-f]{64}$/.test(id)) return undefined;
    const data = blobs.get(id);
    if (data === undefined) throw new Failed('RESOURCE_UNAVAILABLE');
    return { data };
  },
};

class Failed extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode) {
    super(code);
    this.code = code;
  }
}

function extract(data: Json, written: Json | undefined): Json | undefined {
  const path = typeof written === 'string' ? parsePath(written) : { error: 'no path' };
  if ('error' in path) return undefined;
  const part = resultAt(data, path);
  // A missing path is the only failure other than INVALID_INPUT.
  if (part === undefined) throw new Failed('EXPRESSION_FAILURE');
  return part;
}

/** Calls a built-in component; an unknown one returns its input. */
export function callBuiltin(component: string, input: Json, blobs: Blobs): Answer {
  const call = BUILTINS[component];
  if (!call) return { kind: 'result', value: input };
  try {
    const value = isObject(input) ? call(input, blobs) : undefined;
    if (value !== undefined) return { kind: 'result', value };
    return { kind: 'failure', code: 'INVALID_INPUT', message: `the input of ${component} does not fit` };
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    return { kind: 'failure', code: error.code, message: `${component} failed` };
  }
}
