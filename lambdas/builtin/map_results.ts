import * as z from 'zod';
import { itemsOfList } from '../../lib/protocol/json-list.ts';
import { inParallel } from '../../lib/runtime/in-parallel.ts';
import {
  bytesOf,
  component,
  escapeValue,
  FlowError,
  findMarkers,
  hydrate,
  isObject,
  type Json,
  type ObjectStore,
  spillValue,
} from '../../lib/runtime/index.ts';
import { packingStore } from '../../lib/runtime/spill/pack-values.ts';
import type { SpillStore } from '../../lib/runtime/spill/spill.ts';
import { type Child, child, indexOf, LOST, manifest, outcomeOf } from './_map-run.ts';

const address = z.object({ Bucket: z.string(), Key: z.string() });

/** Bytes of all results, in each list that has them, above which further ones are spilled, if they are not small. */
const MOST_IN_MEMORY = 32 * 1024 * 1024;

/** Bytes of a small result. */
const SMALL = 2000;

/** The last function of a distributed Map: see lib/compiler/emit/states/emit-distributed-map.ts. */
export default component(
  {
    description:
      'Reads what a distributed Map wrote to S3, in the order of its items. The compiler calls it after one.',
    travelling: true,
    input: z.object({
      manifest: address,
      open: z.boolean(),
      whole: z.boolean().default(false),
      lists: z.array(z.enum(['results', 'values'])).default(['results']),
    }),
    output: z.json(),
    uses: ['map-results:read'],
    memorySize: 2048,
    timeout: 890,
  },
  async ({ manifest: at, open, whole, lists }, { objects, blobs, signal }) => {
    const results: Json[] = [];
    const store = packingStore(blobs);
    const most = MOST_IN_MEMORY / Math.max(1, lists.length);
    let bytes = 0;
    await inParallel(childrenIn(objects, at.Key), async (run) => {
      signal.throwIfAborted();
      const outcome = await outcomeOf(run);
      // Where somebody reads inside a run's result, all of it has to be there.
      const opened = open ? escapeValue(await hydrate(outcome, blobs)) : outcome;
      const kept = whole && bytes > most ? await spillResult(opened, store) : opened;
      bytes += bytesOf(kept);
      // A Map Run that was redriven may tell of an item twice: what it answered counts.
      const index = indexOf(run);
      if (run.Output !== undefined || results[index] === undefined) results[index] = kept;
    });
    const all = Array.from(results, (result) => result ?? LOST);
    return {
      ...(lists.includes('results') && { results: all }),
      ...(lists.includes('values') && { values: all.map(valueIn) }),
      successful: count(all, 'success'),
      failed: count(all, 'failed'),
      skipped: count(all, 'skipped'),
    };
  },
);

const count = (results: readonly Json[], outcome: string): number =>
  results.filter((result) => isObject(result) && result.outcome === outcome).length;

/** What a run gave; null where it gave nothing. */
const valueIn = (outcome: Json): Json =>
  isObject(outcome) && outcome.outcome === 'success' ? (outcome.result ?? null) : null;

/** All child executions, one after the other: a Map Run may have written more than fits in memory. */
async function* childrenIn(objects: ObjectStore, manifestKey: string): AsyncGenerator<Child> {
  const { ResultFiles } = manifest.parse(await readManifest(objects, manifestKey));
  for (const { Key, Size } of Object.values(ResultFiles).flat()) {
    if (Size === 0) continue;
    for await (const run of itemsOfList(objects.readInPieces(ownKey(objects, Key)))) yield child.parse(run);
  }
}

async function readManifest(objects: ObjectStore, key: string): Promise<unknown> {
  const text = await objects.read(ownKey(objects, key));
  if (text !== undefined) return JSON.parse(text);
  throw new FlowError('RESOURCE_UNAVAILABLE', `${key}, which a Map Run wrote, is not in ${objects.location}`);
}

/** A key of the bucket as one of the store. */
function ownKey(objects: ObjectStore, key: string): string {
  const base = objects.address('').Key;
  return key.startsWith(base) ? key.slice(base.length) : key;
}

/** Puts the result of a run into a blob if it is not small. */
async function spillResult(outcome: Json, store: SpillStore): Promise<Json> {
  if (!isObject(outcome) || outcome.result === undefined) return outcome;
  const form = findMarkers(outcome.result).length > 0 ? 'travelling' : 'value';
  return { ...outcome, result: await spillValue(outcome.result, SMALL, store, form) };
}
