import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import packing from '../../../lambdas/builtin/pack.ts';
import type { Json } from '../../../lib/protocol/json.ts';
import { escapeValue, missing, SKIPPED } from '../../../lib/protocol/markers.ts';
import { unpack } from '../../../lib/runtime/spill/packed.ts';
import { spillValue } from '../../../lib/runtime/spill/spill.ts';
import { blobStore } from '../../../lib/runtime/stores/blobs.ts';
import { wrap } from '../../../lib/runtime/wrapper.ts';
import { trickyJson } from '../arbitraries.ts';
import { memoryStore } from '../stores/memory-store.ts';

const store = memoryStore();
const blobs = blobStore(store);
const invoke = wrap(packing, { store: () => store });

/** The marker of each value that `/builtin/pack` was given. */
async function pack(input: Json, count: number): Promise<readonly Json[]> {
  const { $: blobId } = await invoke({ step: 'a.packed_1', input, reads: ['$'], spillAbove: 128 }, { log: () => {} });
  return Array.from({ length: count }, (_, index) => ({ $part: `${blobId} ${index}` }));
}

describe('packed values', () => {
  it('are found as they were given, wherever they are read', async () => {
    const values = fc.array(trickyJson.map(escapeValue), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(values, async (given) => {
        const parts = await pack({ values: given }, given.length);
        expect(await unpack({ of: [...parts] }, blobs)).toEqual({ of: given });
      }),
      { numRuns: 30 },
    );
  });

  it('may be missing, skipped, spilled or packed themselves', async () => {
    const large = await spillValue('x'.repeat(500), 128, blobs);
    const values = [missing('"a" of step "b"'), SKIPPED, large, null];
    const parts = await pack({ values }, values.length);
    expect(await unpack([...(await pack({ values: [...parts] }, 4))], blobs)).toEqual(values);
  });

  it('may be the paths of one result', async () => {
    const result = await spillValue({ a: { $skipped: true }, b: [1, null], pad: 'x'.repeat(500) }, 128, blobs);
    const reads = ['a', 'b[1]', 'c'];
    const parts = await pack({ result, step: 'load', reads }, 3);
    const absent = missing('"c" of step "load" (it has "a", "b", "pad")');
    expect(await unpack([...parts], blobs)).toEqual([{ $$skipped: true }, null, absent]);
    const skipped = await pack({ result: SKIPPED, step: 'load', reads }, 3);
    expect(await unpack([...skipped], blobs)).toEqual([SKIPPED, SKIPPED, SKIPPED]);
  });

  it('are missing where the blob is no list of them', async () => {
    const { blobId } = await blobs.put({ a: 1 });
    expect(await unpack({ $part: `${blobId} 0` }, blobs)).toEqual(missing(`item 0 of blob ${blobId}`));
  });

  it('are read from each blob once', async () => {
    const parts = await pack({ values: [1, 2] }, 2);
    let reads = 0;
    const get: typeof blobs.get = (id) => {
      reads += 1;
      return blobs.get(id);
    };
    expect(await unpack([...parts, ...parts], { get })).toEqual([1, 2, 1, 2]);
    expect(reads).toBe(1);
  });
});
