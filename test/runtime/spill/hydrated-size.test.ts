import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blobStore, bytesOf, escapeValue, hydrate, type Json, spillValue } from '../../../lib/runtime/index.ts';
import { hydratedSize } from '../../../lib/runtime/spill/hydrated-size.ts';
import { spillTravelling } from '../../../lib/runtime/spill/spill-input.ts';
import { trickyJson } from '../arbitraries.ts';
import { memoryStore } from '../stores/memory-store.ts';

/** A value as it travels, some of it spilled, and what was spilled spilled once more. */
const travelling = fc.record({
  values: fc.array(trickyJson, { maxLength: 6 }),
  share: fc.integer({ min: 1, max: 60 }),
  whole: fc.boolean(),
});

describe('the size of a value with all that was spilled of it', () => {
  it('is the size of what is read back', async () => {
    await fc.assert(
      fc.asyncProperty(travelling, async ({ values, share, whole }) => {
        const blobs = blobStore(memoryStore());
        const spill = (value: Json): Promise<Json> => spillValue(escapeValue(value), share, blobs);
        const spilled = await Promise.all([...values, ...values].map(spill));
        const value = whole ? await spillValue(spilled, share, blobs, 'travelling') : spilled;
        const read = await hydrate(value, blobs);
        expect(await hydratedSize(value, blobs, Number.POSITIVE_INFINITY)).toBe(bytesOf(read));
      }),
    );
  });

  it('is known without reading a blob that contains no markers', async () => {
    const store = memoryStore();
    const input = { a: 'x'.repeat(5000), b: 'y'.repeat(5000) };
    const value = await spillTravelling(input, { reads: ['a'], share: 200, room: 500 }, blobStore(store));
    store.calls.length = 0;
    expect(await hydratedSize(value, blobStore(store), Number.POSITIVE_INFINITY)).toBe(bytesOf(input));
    expect(store.calls).toEqual([]);
  });

  it('is no longer searched for once it is above what is enough', async () => {
    const store = memoryStore();
    const blobs = blobStore(store);
    const inner = await spillValue('z'.repeat(1000), 100, blobs);
    const lists = [0, 1].map((at) => spillValue([inner, 'q'.repeat(1000), at], 100, blobs, 'travelling'));
    const value = await Promise.all(lists);
    store.calls.length = 0;
    expect(await hydratedSize(value, blobs, 3000)).toBeGreaterThan(3000);
    expect(store.calls).toHaveLength(1);
  });
});
