import type { Json } from '../../protocol/json.ts';
import { type BlobMarker, escapeValue, missing, readSpilled } from '../../protocol/markers.ts';
import type { BlobStore } from '../stores/blobs.ts';

/** Tells what markers stand for apart: the same blob may be a value here, and a list of several there. */
export const keyOfSpilled = ({ $blob, blobType }: BlobMarker): string => `${blobType} ${$blob}`;

/** What a marker stands for, as it is stored. Throws what the store throws. */
export async function contentOf(marker: BlobMarker, blobs: Pick<BlobStore, 'get'>): Promise<Json> {
  const { blobId, index } = readSpilled(marker);
  const content = await blobs.get(blobId);
  if (index === undefined) return content;
  // A blob that is no list of packed values comes from the input of an execution that was started directly.
  const item = Array.isArray(content) ? content[index] : undefined;
  return item === undefined ? missing(`item ${index} of blob ${blobId}`) : item;
}

/** What a marker stands for, as it travels: escaped, and with markers where it has some. */
export async function travellingContent(marker: BlobMarker, blobs: Pick<BlobStore, 'get'>): Promise<Json> {
  const content = await contentOf(marker, blobs);
  return readSpilled(marker).hasMarkers ? content : escapeValue(content);
}

/** Blobs of which each is read once, however many of its values are asked for. */
export function readOnce(blobs: Pick<BlobStore, 'get'>): Pick<BlobStore, 'get'> {
  const reading = new Map<string, Promise<Json>>();
  return {
    get: (blobId) => {
      const content = reading.get(blobId) ?? blobs.get(blobId);
      reading.set(blobId, content);
      return content;
    },
  };
}
