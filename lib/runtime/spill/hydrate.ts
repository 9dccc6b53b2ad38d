import { isObject, type Json } from '../../protocol/json.ts';
import {
  type BlobMarker,
  isBlobMarker,
  isFault,
  isMissing,
  isOperation,
  isSecret,
  isSkipped,
  readSpilled,
  unescapeValue,
} from '../../protocol/markers.ts';
import type { Segment } from '../../protocol/path.ts';
import { mapInParallel } from '../in-parallel.ts';
import { NoValue } from '../no-value.ts';
import { HIDDEN } from '../secrets/scrub.ts';
import type { BlobStore } from '../stores/blobs.ts';
import { contentOf, keyOfSpilled, readOnce, travellingContent } from './spilled-content.ts';

/** A marker and its path in a value. */
export interface FoundMarker {
  readonly marker: Json;
  readonly at: readonly Segment[];
}

/** All markers in a value, in document order; that of an operation comes before those of its operands. */
export function findMarkers(value: Json, at: readonly Segment[] = []): readonly FoundMarker[] {
  if (isBlobMarker(value) || isMissing(value) || isFault(value) || isSkipped(value) || isSecret(value))
    return [{ marker: value, at }];
  if (Array.isArray(value)) return value.flatMap((item, index) => findMarkers(item, [...at, index]));
  if (!isObject(value)) return [];
  const own: FoundMarker[] = isOperation(value) ? [{ marker: value, at }] : [];
  return own.concat(Object.entries(value).flatMap(([key, item]) => findMarkers(item, [...at, key])));
}

/** Loads what does operations, which most inputs have none of. */
const loadOperations = () => import('../operations.ts');

/**
 * Restores a value from its form in a state machine: spilled parts are read back, each blob once, and user values that
 * look like markers are unescaped. A blob contains the user's value unescaped, unless its type is `PARTS` of lib/protocol/markers.ts.
 * `secrets` has values by the path in their marker; any other secret is hidden. Operations are done. Throws what the store
 * throws, and `NoValue` for an operation whose operands do not fit it, or a secret that has none.
 */
export async function hydrate(
  value: Json,
  blobs: Pick<BlobStore, 'get'>,
  secrets: ReadonlyMap<string, Json | NoValue> = new Map(),
): Promise<Json> {
  const once = readOnce(blobs);
  const markers = findMarkers(value);
  const operations = markers.some(({ marker }) => isOperation(marker)) ? await loadOperations() : undefined;
  const loaded = await loadSpilled(markers, async (marker) => {
    const content = await contentOf(marker, once);
    return readSpilled(marker).hasMarkers ? hydrate(content, once, secrets) : content;
  });
  const resolve = (part: Json): Json => unescapeValue(part, replace);
  const replace = (part: Json): Json | undefined => {
    if (isOperation(part)) return operations?.doOperation(part, resolve);
    if (isSecret(part)) {
      const value = secrets.get(part.$secret) ?? null;
      if (!(value instanceof NoValue)) return secrets.has(part.$secret) ? value : HIDDEN;
      value.of = part;
      throw value;
    }
    return isBlobMarker(part) ? loaded.get(keyOfSpilled(part)) : undefined;
  };
  return resolve(value);
}

/** Reads back the spilled parts of a value but keeps its form in a state machine: escaped, with all other markers. Each blob is read once. */
export async function unspill(value: Json, blobs: Pick<BlobStore, 'get'>): Promise<Json> {
  const once = readOnce(blobs);
  const loaded = await loadSpilled(findMarkers(value), async (marker) => {
    const content = await travellingContent(marker, once);
    return readSpilled(marker).hasMarkers ? unspill(content, once) : content;
  });
  if (loaded.size === 0) return value;
  const fill = (within: Json): Json => {
    if (isBlobMarker(within)) return loaded.get(keyOfSpilled(within)) ?? null;
    if (Array.isArray(within)) return within.map(fill);
    if (!isObject(within)) return within;
    return Object.fromEntries(Object.entries(within).map(([key, item]) => [key, fill(item)]));
  };
  return fill(value);
}

/** The spilled parts among markers, each loaded once, by {@link keyOfSpilled}. */
async function loadSpilled(
  markers: readonly FoundMarker[],
  load: (marker: BlobMarker) => Promise<Json>,
): Promise<Map<string, Json>> {
  const spilled = new Map(
    markers.flatMap(({ marker }) => (isBlobMarker(marker) ? [[keyOfSpilled(marker), marker] as const] : [])),
  );
  return new Map(await mapInParallel(spilled, async ([key, marker]) => [key, await load(marker)] as const));
}
