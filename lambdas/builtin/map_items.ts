import * as z from 'zod';
import { escapeValue, PARTS } from '../../lib/protocol/markers.ts';
import { inParallel } from '../../lib/runtime/in-parallel.ts';
import {
  type BlobStore,
  component,
  FlowError,
  type InputBudget,
  isBlobMarker,
  isFlowError,
  type Json,
} from '../../lib/runtime/index.ts';
import { unspill } from '../../lib/runtime/spill/hydrate.ts';
import { spillTravelling } from '../../lib/runtime/spill/spill-input.ts';
import { sha256 } from '../../lib/runtime/stores/blobs.ts';
import { keyIn, STORE_FOLDERS } from '../../lib/runtime/stores/store-folders.ts';
import { anyValue } from './_any.ts';

/** Characters of the list above which items are spilled that would have had room in a payload. */
const MOST_IN_LIST = 64 * 1024 * 1024;

/** The share of an item's values from then on, in bytes. */
const SMALL_SHARE = 2000;

/** The first function of a distributed Map: see lib/compiler/emit/states/emit-distributed-map.ts. */
export default component(
  {
    description: 'Writes a list to S3 as a distributed Map reads it. The compiler calls it where a map has many items.',
    travelling: true,
    input: z.object({ items: anyValue, reads: z.array(z.string()), share: z.number(), room: z.number() }),
    output: z.object({ Bucket: z.string(), Key: z.string(), Prefix: z.string() }),
    uses: ['map-items:write'],
    memorySize: 2048,
    timeout: 890,
  },
  async ({ items, ...budget }, { blobs, objects, step, signal }) => {
    const list = await listOf(items, blobs);
    if (!list) throw new FlowError('INVALID_INPUT', `step "${step}": "items" must be a list`);
    const texts: string[] = [];
    let characters = 0;
    await inParallel(list, async (item, index) => {
      signal.throwIfAborted();
      const own = characters > MOST_IN_LIST ? { ...budget, share: Math.min(budget.share, SMALL_SHARE) } : budget;
      const text = JSON.stringify(await travelling(item, own, budget, blobs));
      texts[index] = text;
      characters += text.length;
    });
    const text = `[${texts.join(',')}]`;
    const key = keyIn('mapItems', `${sha256(text)}.json`);
    // In any case, even if they are there: their life is to begin now.
    await objects.write(key, text);
    return { ...objects.address(key), Prefix: objects.address(STORE_FOLDERS.mapResults).Key };
  },
);

/** The items, each as it travels: what is spilled of one is not read before it is its turn. */
async function listOf(items: Json, blobs: Pick<BlobStore, 'get'>): Promise<readonly Json[] | undefined> {
  if (!isBlobMarker(items)) return Array.isArray(items) ? items : undefined;
  const content = await blobs.get(items.$blob);
  if (items.blobType === PARTS) return listOf(content, blobs);
  return Array.isArray(content) ? content.map(escapeValue) : undefined;
}

/** An item as the input of a child execution. With a share that is smaller than it needs to be, it may not fit: then it gets its own. */
async function travelling(item: Json, budget: InputBudget, own: InputBudget, blobs: BlobStore): Promise<Json> {
  if (isBlobMarker(item) && own.reads.every((path) => path === '$')) return item;
  const value = await unspill(item, blobs);
  try {
    return await spillTravelling(value, budget, blobs);
  } catch (error) {
    if (budget === own || !isFlowError(error) || error.code !== 'INVALID_INPUT') throw error;
    return spillTravelling(value, own, blobs);
  }
}
