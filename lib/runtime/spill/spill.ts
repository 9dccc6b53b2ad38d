import { parseSlotKey, type Slots } from '../../protocol/invocation.ts';
import type { Json } from '../../protocol/json.ts';
import { isMissing, missing, PARTS, spilled, unescapeValue } from '../../protocol/markers.ts';
import type { BlobStore } from '../stores/blobs.ts';

/** Bytes of a value as compact UTF-8 JSON. */
export const bytesOf = (value: Json): number => Buffer.byteLength(JSON.stringify(value));

/**
 * Bytes that the marker of a spilled value takes at most, its id, its type and its size written out: no share of a
 * payload can be less.
 */
export const LEAST_SHARE = 128;

/** How the values of slots are written: as users have them, or still on their way, with markers inside. */
export type SpillForm = 'value' | 'travelling';

/**
 * Slots of which no value has more than `share` bytes: larger ones are put into the blob store, and their markers stand
 * in their places. What the slots test are booleans, and stay.
 */
export async function spillSlots(
  slots: Slots,
  share: number,
  blobs: Pick<BlobStore, 'put'>,
  form: SpillForm = 'value',
): Promise<Slots> {
  const entries = await Promise.all(
    Object.entries(slots).map(async ([key, value]): Promise<[string, Json]> => {
      const holdsValue = key !== '$missing' && key !== '$skipped' && !parseSlotKey(key).test;
      return [key, holdsValue ? await spillValue(value, share, blobs, form) : value];
    }),
  );
  return Object.fromEntries(entries);
}

/** A value on its way, or the marker of the blob that it has become where it has more than `share` bytes. */
export async function spillValue(
  value: Json,
  share: number,
  blobs: Pick<BlobStore, 'put'>,
  form: SpillForm = 'value',
): Promise<Json> {
  if (bytesOf(value) <= share) return value;
  if (isMissing(value)) return shortened(value.$missing, share);
  const { blobId, size } = await blobs.put(form === 'travelling' ? value : unescapeValue(value));
  return spilled(blobId, form === 'travelling' ? PARTS : 'data', size);
}

/** What is missing, in fewer words. A character takes at most 6 bytes of JSON, `\u0000`. */
const shortened = (what: string, share: number): Json =>
  missing(what.slice(0, Math.max(8, Math.floor((share - bytesOf(missing(''))) / 6))));
