import { isObject, type Json } from '../../protocol/json.ts';
import {
  escapeValue,
  isBlobMarker,
  isMissing,
  isSecret,
  isSkipped,
  PARTS,
  unescapeValue,
} from '../../protocol/markers.ts';
import type { Segment } from '../../protocol/path.ts';
import { mapInParallel } from '../in-parallel.ts';
import { HIDDEN } from '../secrets/scrub.ts';
import type { BlobStore } from '../stores/blobs.ts';

/** A marker and its path in a value. */
export interface FoundMarker {
  readonly marker: Json;
  readonly at: readonly Segment[];
}

/** All markers in a value, in document order. */
export function findMarkers(value: Json, at: readonly Segment[] = []): readonly FoundMarker[] {
  if (isBlobMarker(value) || isMissing(value) || isSkipped(value) || isSecret(value)) return [{ marker: value, at }];
  if (Array.isArray(value)) return value.flatMap((item, index) => findMarkers(item, [...at, index]));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => findMarkers(item, [...at, key]));
}

/**
 * Restores a value from its form in a state machine: spilled parts are read back, each blob once, and user values that
 * look like markers are unescaped. A blob contains the user's value unescaped, unless its type is {@link PARTS}.
 * `secrets` has values by the path in their marker; any other secret is hidden. Throws what the store throws.
 */
export async function hydrate(
  value: Json,
  blobs: Pick<BlobStore, 'get'>,
  secrets: ReadonlyMap<string, Json> = new Map(),
): Promise<Json> {
  const types = typesOfBlobs(value);
  const load = async ([id, type]: readonly [string, string]): Promise<readonly [string, Json]> => {
    const content = await blobs.get(id);
    return [id, type === PARTS ? await hydrate(content, blobs, secrets) : content];
  };
  const loaded = new Map(await mapInParallel(types, load));
  return unescapeValue(value, (part) => {
    if (isSecret(part)) return secrets.has(part.$secret) ? secrets.get(part.$secret) : HIDDEN;
    return isBlobMarker(part) ? loaded.get(part.$blob) : undefined;
  });
}

/** Reads back the spilled parts of a value but keeps its form in a state machine: escaped, with all other markers. Each blob is read once. */
export async function unspill(value: Json, blobs: Pick<BlobStore, 'get'>): Promise<Json> {
  const types = typesOfBlobs(value);
  if (types.size === 0) return value;
  const load = async ([id, type]: readonly [string, string]): Promise<readonly [string, Json]> => {
    const content = await blobs.get(id);
    return [id, type === PARTS ? await unspill(content, blobs) : escapeValue(content)];
  };
  const loaded = new Map(await mapInParallel(types, load));
  const fill = (within: Json): Json => {
    if (isBlobMarker(within)) return loaded.get(within.$blob) ?? null;
    if (Array.isArray(within)) return within.map(fill);
    if (!isObject(within)) return within;
    return Object.fromEntries(Object.entries(within).map(([key, item]) => [key, fill(item)]));
  };
  return fill(value);
}

/** The types of the blobs that a value refers to, by their ids. */
const typesOfBlobs = (value: Json): ReadonlyMap<string, string> =>
  new Map(
    findMarkers(value).flatMap(({ marker }) =>
      isBlobMarker(marker) ? [[marker.$blob, marker.blobType] as const] : [],
    ),
  );
