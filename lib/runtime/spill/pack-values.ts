import type { Json } from '../../protocol/json.ts';
import { bytesOf, type SpillStore, type StoredValue } from './spill.ts';

/** Bytes of the values that share a blob: whoever reads one of them reads all. */
const MOST_BYTES = 512 * 1024;

/** Bytes of a value above which it gets a blob of its own: few would fit. */
const LARGEST = MOST_BYTES / 8;

interface Waiting {
  readonly value: Json;
  readonly bytes: number;
  readonly resolve: (stored: StoredValue) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * A store that puts small values together into one blob: those that are stored before anything else happens. The same values
 * in the same order make the same blobs, so that a call that is repeated stores nothing new.
 */
export function packingStore(blobs: SpillStore): SpillStore {
  let waiting: Waiting[] = [];
  const store = (): void => {
    const packs = packsOf(waiting);
    waiting = [];
    for (const pack of packs)
      storePack(pack, blobs).catch((reason) => pack.forEach(({ reject }) => void reject(reason)));
  };
  return {
    put: (value) => {
      const bytes = bytesOf(value);
      if (bytes > LARGEST) return blobs.put(value);
      return new Promise((resolve, reject) => {
        if (waiting.length === 0) setImmediate(store);
        waiting.push({ value, bytes, resolve, reject });
      });
    },
  };
}

/** The values in groups, as many in each as may share a blob. */
function packsOf(values: readonly Waiting[]): readonly (readonly Waiting[])[] {
  const packs: Waiting[][] = [];
  let room = 0;
  for (const each of values) {
    if (room < each.bytes) {
      packs.push([]);
      room = MOST_BYTES;
    }
    packs.at(-1)?.push(each);
    room -= each.bytes;
  }
  return packs;
}

async function storePack(pack: readonly Waiting[], blobs: SpillStore): Promise<void> {
  const [first, ...others] = pack;
  if (first && others.length === 0) return first.resolve(await blobs.put(first.value));
  const indices = new Map<string, number>();
  const values: Json[] = [];
  const places = pack.map(({ value }) => {
    const text = JSON.stringify(value);
    const index = indices.get(text) ?? values.push(value) - 1;
    indices.set(text, index);
    return index;
  });
  const { blobId } = await blobs.put(values);
  for (const [at, { resolve, bytes }] of pack.entries()) resolve({ blobId, size: bytes, index: places[at] ?? 0 });
}
