import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hydrate, type Json } from '../../../lib/runtime/index.ts';
import { bytesOf } from '../../../lib/runtime/spill/spill.ts';
import { spillInput } from '../../../lib/runtime/spill/spill-input.ts';
import { sha256 } from '../../../lib/runtime/stores/blobs.ts';

/** A store of which each request takes a moment, and how many of them ran at once at most. */
function slowStore() {
  const content = new Map<string, Json>();
  const running = { now: 0, most: 0 };
  const put = async (value: Json) => {
    running.now += 1;
    running.most = Math.max(running.most, running.now);
    await new Promise((resolve) => setImmediate(resolve));
    running.now -= 1;
    const text = JSON.stringify(value);
    content.set(sha256(text), value);
    return { blobId: sha256(text), size: Buffer.byteLength(text) };
  };
  return { put, get: async (id: string): Promise<Json> => content.get(id) ?? null, running };
}

const record = (fields: number, bytes: number): Json =>
  Object.fromEntries(Array.from({ length: fields }, (_, at) => [`field${at}`, `${at}`.padEnd(bytes, 'x')]));

describe('an input of many parts', () => {
  it.each([
    ['each over its share', record(1500, 1100), { share: 1000, room: 250_000 }],
    ['all of them over the room', record(1500, 900), { share: 1000, room: 250_000 }],
  ])('is spilled with requests side by side: %s', async (_, input, limits) => {
    const store = slowStore();
    const spilled = await spillInput(input, { reads: ['field0'], ...limits }, store);
    expect(bytesOf(spilled)).toBeLessThanOrEqual(limits.room);
    expect(store.running.most).toBeGreaterThan(100);
    expect(await hydrate(spilled, store)).toEqual(input);
  });

  it('keeps as many of them as fit', async () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 2, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 8000, max: 20_000 }), async (bytes, room) => {
        const input = Object.fromEntries(bytes.map((size, at) => [`f${at}`, 'x'.repeat(size)]));
        const store = slowStore();
        const spilled = await spillInput(input, { reads: ['f0'], share: 1000, room }, store);
        expect(bytesOf(spilled)).toBeLessThanOrEqual(room);
        expect(await hydrate(spilled, store)).toEqual(input);
        const smallest = Math.min(
          ...Object.entries(spilled as object).flatMap(([key, value]) =>
            typeof value === 'object' ? bytesOf(input[key] ?? null) : [],
          ),
        );
        // One part less would have been too few, whatever its marker has saved.
        expect(bytesOf(spilled) + smallest).toBeGreaterThan(
          bytesOf(input) > 1000 ? Math.min(room, bytesOf(input) - 1) : 0,
        );
      }),
    );
  });
});
