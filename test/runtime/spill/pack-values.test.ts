import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blobStore, bytesOf, escapeValue, hydrate, type Json, spillValue } from '../../../lib/runtime/index.ts';
import { unspill } from '../../../lib/runtime/spill/hydrate.ts';
import { hydratedSize } from '../../../lib/runtime/spill/hydrated-size.ts';
import { packingStore } from '../../../lib/runtime/spill/pack-values.ts';
import { MIN_SHARE } from '../../../lib/runtime/spill/spill.ts';
import { trickyJson } from '../arbitraries.ts';
import { memoryStore } from '../stores/memory-store.ts';

describe('values that share a blob', () => {
  it('come back as they were, however often they were spilled and by whoever reads them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(trickyJson, { maxLength: 8 }), fc.boolean(), async (values, isTwice) => {
        const blobs = blobStore(memoryStore());
        const pack = packingStore(blobs);
        const once = await Promise.all(values.map((value) => spillValue(escapeValue(value), 1, pack)));
        const lists = once.map((each, at): Json => [each, at]);
        const spilled = isTwice
          ? await Promise.all(lists.map((list) => spillValue(list, 1, pack, 'travelling')))
          : lists;
        const wanted = values.map((value, at) => [value, at]);
        expect(await hydrate(spilled, blobs)).toEqual(wanted);
        expect(await unspill(spilled, blobs)).toEqual(escapeValue(wanted));
        expect(await hydratedSize(spilled, blobs, Number.POSITIVE_INFINITY)).toBe(bytesOf(wanted));
      }),
    );
  });

  it('have markers that fit the least share', async () => {
    const pack = packingStore(blobStore(memoryStore()));
    const values = Array.from({ length: 5000 }, (_, at): Json => `${at} ${'x'.repeat(at === 4999 ? 60_000 : 80)}`);
    const markers = await Promise.all(values.map((value) => spillValue(value, 20, pack, 'travelling')));
    expect(Math.max(...markers.map(bytesOf))).toBeLessThanOrEqual(MIN_SHARE);
  });

  it('are equal values once, and large ones have blobs of their own', async () => {
    const store = memoryStore();
    const pack = packingStore(blobStore(store));
    const large = 'y'.repeat(70_000);
    await Promise.all(['a', 'b', 'a', large].map((value) => pack.put(value)));
    expect([...store.texts.values()].sort()).toEqual([JSON.stringify(large), '["a","b"]'].sort());
  });

  it('fail together where their blob cannot be stored', async () => {
    const pack = packingStore({ put: () => Promise.reject(new Error('full')) });
    const ends = await Promise.allSettled(['a', 'b'].map((value) => pack.put(value)));
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
