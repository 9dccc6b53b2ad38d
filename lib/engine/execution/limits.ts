import type { Json } from '../../protocol/json.ts';
import { QUOTAS } from '../../protocol/quotas.ts';
import { DEPTH_LIMIT } from './depth.ts';
import { StateFailure } from './failures.ts';

/** Strings up to this length are measured in a loop; the runtime measures longer ones faster. */
const SHORT_STRING = 48;

/** The size in bytes of a value as compact UTF-8 JSON. Fails with States.Runtime if it is nested too deep. */
export function jsonBytes(value: Json, levels = DEPTH_LIMIT): number {
  if (typeof value === 'string') return stringBytes(value);
  if (typeof value === 'number') return `${value}`.length;
  if (value === null || value === true) return 4;
  if (value === false) return 5;
  if (levels === 0) throw new StateFailure('States.Runtime', `A value is nested more than ${DEPTH_LIMIT} levels deep.`);
  let bytes = 1;
  if (Array.isArray(value)) {
    for (const item of value) bytes += jsonBytes(item, levels - 1) + 1;
    return value.length === 0 ? 2 : bytes;
  }
  for (const key in value) {
    const item = value[key];
    if (item !== undefined) bytes += stringBytes(key) + jsonBytes(item, levels - 1) + 2;
  }
  return bytes === 1 ? 2 : bytes;
}

function stringBytes(text: string): number {
  if (text.length > SHORT_STRING) return Buffer.byteLength(JSON.stringify(text));
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code > 0x7e || code === 0x22 || code === 0x5c) return Buffer.byteLength(JSON.stringify(text));
  }
  return text.length + 2;
}

/** Fails with States.DataLimitExceeded if a payload is over 256 KiB. `what`: the state's name, or the task's resource. */
export function checkPayload(value: Json, what: string): void {
  if (jsonBytes(value) > QUOTAS.payload) throw dataLimitExceeded(what);
}

/** The failure of a payload that is too large. Neither States.ALL nor States.TaskFailed catches it. */
export const dataLimitExceeded = (what: string): StateFailure =>
  new StateFailure(
    'States.DataLimitExceeded',
    `The state/task '${what}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  );
