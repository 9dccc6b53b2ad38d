import { parseSlotKey, type Slots } from '../../protocol/invocation.ts';
import type { Json } from '../../protocol/json.ts';
import { isMissing, missing, PARTS, spilled, unescapeValue } from '../../protocol/markers.ts';
import { isSmallOperation } from '../../protocol/operation.ts';
import type { BlobRef } from '../stores/blobs.ts';

/** Bytes of a value as compact UTF-8 JSON. */
export const bytesOf = (value: Json): number => Buffer.byteLength(JSON.stringify(value));

/**
 * The maximum bytes of the marker of a spilled value. A value's share of a payload cannot be smaller.
 */
export const MIN_SHARE = 128;

/** Where a spilled value is stored. */
export interface StoredValue extends BlobRef {
  /** Its place in the list that the blob is, if it shares the blob with other values. */
  readonly index?: number;
}

/** A store of spilled values: that of blobs, or one that puts several into one blob. */
export interface SpillStore {
  put(value: Json): Promise<StoredValue>;
}

/** The form in which a spilled value is stored: the user's value, or its form in a state machine, with markers. */
export type SpillForm = 'value' | 'travelling';

/**
 * Spills slot values of more than `share` bytes to the blob store and replaces them with markers. Tests are booleans and
 * never spilled, nor is what an operation gives in a few bytes.
 */
export async function spillSlots(
  slots: Slots,
  share: number,
  blobs: SpillStore,
  form: SpillForm = 'value',
): Promise<Slots> {
  const entries = await Promise.all(
    Object.entries(slots).map(async ([key, value]): Promise<[string, Json]> => {
      const isOwn = key === '$missing' || key === '$skipped' || isSmallOperation(key);
      const holdsValue = !isOwn && !parseSlotKey(key).test;
      return [key, holdsValue ? await spillValue(value, share, blobs, form) : value];
    }),
  );
  return Object.fromEntries(entries);
}

/** Spills a value of more than `share` bytes and returns its marker; returns a smaller value unchanged. */
export async function spillValue(
  value: Json,
  share: number,
  blobs: SpillStore,
  form: SpillForm = 'value',
): Promise<Json> {
  if (bytesOf(value) <= share) return value;
  if (isMissing(value)) return truncated(value.$missing, share);
  const { blobId, size, index } = await blobs.put(form === 'travelling' ? value : unescapeValue(value));
  return spilled(blobId, form === 'travelling' ? PARTS : 'data', size, index);
}

/** Truncates the text of a missing value. A character takes at most 6 bytes of JSON, `\u0000`. */
const truncated = (text: string, share: number): Json =>
  missing(text.slice(0, Math.max(8, Math.floor((share - bytesOf(missing(''))) / 6))));
