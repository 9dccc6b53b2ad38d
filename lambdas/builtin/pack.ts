import * as z from 'zod';
import { isSkipped, SKIPPED } from '../../lib/protocol/markers.ts';
import { component, hydrate, type Json, spillSlots } from '../../lib/runtime/index.ts';
import { project } from '../../lib/runtime/projection.ts';
import { anyValue } from './_any.ts';

/** Bytes above which a path's value gets a blob of its own: whoever reads one of the paths reads all. */
const MAX_BYTES = 2000;

/** The values to pack: written one by one, or what is read of one result. */
const input = z.union([
  z.object({ values: z.array(anyValue) }),
  z.object({ result: anyValue, step: z.string(), reads: z.array(z.string()) }),
]);

/**
 * Packs values as they travel, with the markers of what is missing or was skipped: whoever reads one of them finds there
 * what it would have found outside.
 */
export default component(
  {
    description: 'Stores many values as one blob. The compiler calls it where a payload has no room for all of them.',
    travelling: true,
    unchecked: true,
    input,
    output: z.string(),
  },
  async (given, { blobs }) => {
    const values = 'values' in given ? given.values : await readsOf(given);
    return (await blobs.put(values)).blobId;

    /** The values at the paths of a result, as its own function would answer them. */
    async function readsOf({ result, step, reads }: z.output<(typeof input)['options'][1]>): Promise<Json[]> {
      if (isSkipped(result)) return reads.map(() => SKIPPED);
      const slots = await spillSlots(project(await hydrate(result, blobs), reads, step), MAX_BYTES, blobs);
      return reads.map((key) => slots[key] ?? null);
    }
  },
);
