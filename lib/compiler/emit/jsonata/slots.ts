import type { Template } from '../../../asl/state-machine.ts';
import { parseSlotKey } from '../../../protocol/invocation.ts';
import type { Json, JsonObject } from '../../../protocol/json.ts';
import { missing, SKIPPED } from '../../../protocol/markers.ts';
import { operationAt } from '../../../protocol/operation-at.ts';
import { namePath, parseJoined } from '../../../protocol/path.ts';
import { project } from '../../../runtime/projection.ts';
import { passesTest } from './answers.ts';
import { pathOf } from './input-path.ts';
import { constant, type Jsonata, jsonata, list, object, quote, verbatim } from './jsonata.ts';
import { bind } from './locals.ts';
import { operationCode } from './operations.ts';

/** The slots of a step that was skipped: see `Slots`. */
export function skippedSlots(keys: readonly string[]): Template {
  const slots = keys.map((key): [string, Json] => [key, parseSlotKey(key).test ? false : SKIPPED]);
  return verbatim({ ...Object.fromEntries(slots), $skipped: true });
}

/** The marker of a packed value, of the blob whose id is in `blobId`: see lib/protocol/markers.ts. */
export const partOf = (blobId: Jsonata, index: number): Jsonata =>
  object([['$part', jsonata`${blobId} & ${quote(` ${index}`)}`]]);

/** The slots of a step whose result is a constant. */
export const constantSlots = (id: string, value: Json, keys: readonly string[]): JsonObject =>
  project(value, keys, id, { operationAt });

/** The slots of a step that failed and has a constant in place of its result. */
export const defaultSlots = (id: string, value: Json, keys: readonly string[]): Template =>
  verbatim(constantSlots(id, value, keys));

/**
 * The slots of a step whose result the state machine itself has at hand, as JSONata: what the wrapper answers for a
 * step that calls a function. `value` is used once for each key, so it should be short.
 */
export function slotsOf(id: string, value: Jsonata, keys: readonly string[]): Jsonata {
  const mayBeMissing = keys.filter((key) => !parseSlotKey(key).test && key !== '$');
  const slots = keys.map((key): [string, Jsonata] => [key, slotOf(id, value, key)]);
  if (mayBeMissing.length === 0) return object(slots);
  const absent = mayBeMissing.map((key) => jsonata`$exists(${at(value, key)}) ? [] : ${quote(key)}`);
  return object([...slots, ['$missing', list(absent)]]);
}

function slotOf(id: string, value: Jsonata, key: string): Jsonata {
  const { path, test } = parseSlotKey(key);
  const found = at(value, path);
  if (test) return passesTest(found, test);
  if (key === '$') return found;
  const none = constant(missing(`${namePath(path)} of step ${quote(id)}`));
  return bind('$value', found, jsonata`$exists($value) ? $value : ${none}`);
}

/** Any path of a result that is null as a whole is null. */
function at(value: Jsonata, written: string): Jsonata {
  const path = parseJoined(written);
  if ('error' in path) return value;
  if (path.operation) return operationCode(path.operation, (_, text) => at(value, text));
  if (path.segments.length === 0) return value;
  return jsonata`(${value} = null ? null : ${pathOf(value, { path })})`;
}
