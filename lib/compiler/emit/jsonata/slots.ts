import type { Template } from '../../../asl/state-machine.ts';
import { parseSlotKey } from '../../../protocol/invocation.ts';
import type { Json, JsonObject } from '../../../protocol/json.ts';
import { SKIPPED } from '../../../protocol/markers.ts';
import { project } from '../../../runtime/projection.ts';
import { verbatim } from './jsonata.ts';

/** The slots of a step that was skipped: see `Slots`. */
export function skippedSlots(keys: readonly string[]): JsonObject {
  const slots = keys.map((key): [string, Json] => [key, parseSlotKey(key).test ? false : SKIPPED]);
  return { ...Object.fromEntries(slots), $skipped: true };
}

/** The slots of a step whose result is a constant. */
export const constantSlots = (id: string, value: Json, keys: readonly string[]): JsonObject => project(value, keys, id);

/** The slots of a step that failed and has a constant in place of its result. */
export const defaultSlots = (id: string, value: Json, keys: readonly string[]): Template =>
  verbatim(constantSlots(id, value, keys));
