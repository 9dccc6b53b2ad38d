import pLimit from 'p-limit';
import * as z from 'zod';
import { inParallel, REQUESTS_AT_ONCE } from '../../lib/runtime/in-parallel.ts';
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
import { packingStore } from '../../lib/runtime/spill/pack-values.ts';
import type { SpillStore } from '../../lib/runtime/spill/spill.ts';
import { spillTravelling } from '../../lib/runtime/spill/spill-input.ts';
import { travellingContent } from '../../lib/runtime/spill/spilled-content.ts';
import { sha256 } from '../../lib/runtime/stores/blobs.ts';
import { keyIn, STORE_FOLDERS } from '../../lib/runtime/stores/store-folders.ts';
import { anyValue } from './_any.ts';

/** Characters of the list above which items are spilled that would have had room in a payload. */
const MOST_IN_LIST = 64 * 1024 * 1024;

/** The share of an item's values from then on, in bytes. */
const SMALL_SHARE = 2000;

/** Items that are handled together, and what is spilled of them shares blobs; the same items make the same groups. */
const GROUP = 50;
const GROUPS_AT_ONCE = 8;

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
    const limit = pLimit(REQUESTS_AT_ONCE);
    const limited: SpillStore = { put: (value) => limit(() => blobs.put(value)) };
    const texts: string[] = [];
    let characters = 0;
    await inParallel(
      groupsOf(list),
      async (group, at) => {
        signal.throwIfAborted();
        const values = await Promise.all(group.map((item) => readItem(item, budget, blobs)));
        const isMuch = characters > MOST_IN_LIST;
        const own = isMuch ? { ...budget, share: Math.min(budget.share, SMALL_SHARE) } : budget;
        const store = packingStore(limited);
        const inputs = await Promise.all(values.map((value) => travelling(value, own, budget, store)));
        texts[at] = inputs.map((input) => JSON.stringify(input)).join(',');
        characters += texts[at]?.length ?? 0;
      },
      GROUPS_AT_ONCE,
    );
    const text = `[${texts.join(',')}]`;
    const key = keyIn('mapItems', `${sha256(text)}.json`);
    // In any case, even if they are there: their life is to begin now.
    await objects.write(key, text);
    return { ...objects.address(key), Prefix: objects.address(STORE_FOLDERS.mapResults).Key };
  },
);

/** The items, each as it travels: what is spilled of one is not read before it is its turn. */
async function listOf(items: Json, blobs: Pick<BlobStore, 'get'>): Promise<readonly Json[] | undefined> {
  if (isBlobMarker(items)) return listOf(await travellingContent(items, blobs), blobs);
  return Array.isArray(items) ? items : undefined;
}

function* groupsOf(list: readonly Json[]): Generator<readonly Json[]> {
  for (let from = 0; from < list.length; from += GROUP) yield list.slice(from, from + GROUP);
}

/** An item with what was spilled of it. One that was spilled as a whole stays so if nobody reads inside of it. */
const readItem = async (item: Json, { reads }: InputBudget, blobs: Pick<BlobStore, 'get'>): Promise<Json> =>
  isBlobMarker(item) && reads.every((path) => path === '$') ? item : unspill(item, blobs);

/** An item as the input of a child execution. With a share that is smaller than it needs to be, it may not fit: then it gets its own. */
async function travelling(value: Json, budget: InputBudget, own: InputBudget, store: SpillStore): Promise<Json> {
  try {
    return await spillTravelling(value, budget, store);
  } catch (error) {
    if (budget === own || !isFlowError(error) || error.code !== 'INVALID_INPUT') throw error;
    return spillTravelling(value, own, store);
  }
}
