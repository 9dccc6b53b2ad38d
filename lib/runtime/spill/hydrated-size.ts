import type { Json } from '../../protocol/json.ts';
import { type BlobMarker, isBlobMarker, isSecret, readSpilled, unescapeValue } from '../../protocol/markers.ts';
import { HIDDEN } from '../secrets/scrub.ts';
import type { BlobStore } from '../stores/blobs.ts';
import { bytesOf } from './spill.ts';
import { contentOf, keyOfSpilled } from './spilled-content.ts';

/**
 * Bytes of compact JSON that `hydrate` will make of a value, by the sizes in its markers. A blob counts as often as the
 * value refers to it. Reads only blobs that contain markers themselves, and none any more once the sum is above `enough`:
 * then the result is what is known so far. Throws what the store throws.
 */
export async function hydratedSize(value: Json, blobs: Pick<BlobStore, 'get'>, enough: number): Promise<number> {
  const { bytes, parts } = knownSize(value);
  let sum = bytes;
  for (const { marker, times } of parts) {
    if (sum > enough) return sum;
    // What the blob contains takes the place of its own size, which counted its markers.
    sum += times * ((await hydratedSize(await contentOf(marker, blobs), blobs, enough)) - marker.size);
  }
  return sum;
}

/** Spilled parts with markers of their own, and how often a value refers to each. */
type Parts = readonly { readonly marker: BlobMarker; readonly times: number }[];

/** Bytes of a value with the sizes of its spilled parts, and which of these contain markers. */
function knownSize(value: Json): { readonly bytes: number; readonly parts: Parts } {
  const parts = new Map<string, { readonly marker: BlobMarker; readonly times: number }>();
  let spilledBytes = 0;
  const rest = unescapeValue(value, (part) => {
    if (isSecret(part)) return HIDDEN;
    if (!isBlobMarker(part)) return undefined;
    const key = keyOfSpilled(part);
    if (readSpilled(part).hasMarkers) parts.set(key, { marker: part, times: (parts.get(key)?.times ?? 0) + 1 });
    spilledBytes += part.size - PLACE;
    return null;
  });
  return { bytes: bytesOf(rest) + spilledBytes, parts: [...parts.values()] };
}

/** Bytes of the null that stands in the place of a spilled part while the rest is counted. */
const PLACE = 'null'.length;
