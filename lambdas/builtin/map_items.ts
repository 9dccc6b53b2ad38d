import * as z from 'zod';
import { component, FlowError, type Json } from '../../lib/runtime/index.ts';
import { unspill } from '../../lib/runtime/spill/hydrate.ts';
import { spillTravelling } from '../../lib/runtime/spill/spill-input.ts';
import { sha256 } from '../../lib/runtime/stores/blobs.ts';
import { keyIn, STORE_FOLDERS } from '../../lib/runtime/stores/store-folders.ts';
import { anyValue } from './_any.ts';

/** The first function of a distributed Map: see lib/compiler/emit/states/emit-distributed-map.ts. */
export default component(
  {
    description: 'Writes a list to S3 as a distributed Map reads it. The compiler calls it where a map has many items.',
    travelling: true,
    input: z.object({ items: anyValue, reads: z.array(z.string()), share: z.number(), room: z.number() }),
    output: z.object({ Bucket: z.string(), Key: z.string(), Prefix: z.string() }),
    uses: ['map-items:write'],
    memorySize: 1024,
  },
  async ({ items, ...budget }, { blobs, objects, step }) => {
    const list = await unspill(items, blobs);
    if (!Array.isArray(list)) throw new FlowError('INVALID_INPUT', `step "${step}": "items" must be a list`);
    const travelling: Json[] = [];
    // One after the other: all at once could be more requests than S3 takes.
    for (const item of list) travelling.push(await spillTravelling(item, budget, blobs));
    const text = JSON.stringify(travelling);
    const key = keyIn('mapItems', `${sha256(text)}.json`);
    // In any case, even if they are there: their life is to begin now.
    await objects.write(key, text);
    return { ...objects.address(key), Prefix: objects.address(STORE_FOLDERS.mapResults).Key };
  },
);
