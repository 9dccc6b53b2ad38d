import { isObject, type Json } from '../../protocol/json.ts';
import { missing, type Part, readPart } from '../../protocol/markers.ts';
import type { BlobStore } from '../stores/blobs.ts';

/**
 * Puts packed values in the place of their markers, as they travel: escaped, and with markers of their own. Each blob is
 * read once. Throws what the store throws.
 */
export async function unpack(value: Json, blobs: Pick<BlobStore, 'get'>): Promise<Json> {
  if (!hasPart(value)) return value;
  const loading = new Map<string, Promise<Json>>();
  const load = ({ blobId }: Part): Promise<Json> => {
    const list = loading.get(blobId) ?? blobs.get(blobId);
    loading.set(blobId, list);
    return list;
  };
  const fill = async (within: Json): Promise<Json> => {
    const part = readPart(within);
    if (part) return fill(itemOf(await load(part), part));
    if (Array.isArray(within)) return Promise.all(within.map(fill));
    if (!isObject(within)) return within;
    const entries = Object.entries(within).map(async ([key, item]) => [key, await fill(item)] as const);
    return Object.fromEntries(await Promise.all(entries));
  };
  return fill(value);
}

/** A blob that is no list of packed values comes from the input of an execution that was started directly. */
function itemOf(list: Json, { blobId, index }: Part): Json {
  const item = Array.isArray(list) ? list[index] : undefined;
  return item === undefined ? missing(`item ${index} of blob ${blobId}`) : item;
}

function hasPart(value: Json): boolean {
  if (readPart(value)) return true;
  if (Array.isArray(value)) return value.some(hasPart);
  return isObject(value) && Object.values(value).some(hasPart);
}
