import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import mapFailure from '../../lambdas/builtin/map_failure.ts';
import mapItems from '../../lambdas/builtin/map_items.ts';
import mapResults from '../../lambdas/builtin/map_results.ts';
import { REQUESTS_AT_ONCE } from '../../lib/runtime/in-parallel.ts';
import {
  blobStore,
  type Component,
  escapeValue,
  findMarkers,
  hydrate,
  isBlobMarker,
  isObject,
  type Json,
  type ObjectStore,
  spillValue,
  wrap,
} from '../../lib/runtime/index.ts';
import { trickyJson } from '../runtime/arbitraries.ts';
import { type MemoryStore, memoryStore } from '../runtime/stores/memory-store.ts';

/** Calls a component as a state machine does; returns its whole result as it travels. */
async function call(component: Component, store: ObjectStore, input: Json): Promise<Json> {
  const handler = wrap(component, { store: () => store });
  return (await handler({ step: 's', input, reads: ['$'] }, { log: () => {} })).$ ?? null;
}

/** What map_items writes of a list. */
async function written(store: MemoryStore, items: Json, budget: object = {}): Promise<Json[]> {
  const input = { items, reads: ['$'], share: 200_000, room: 250_000, ...budget };
  const address = await call(mapItems, store, input);
  expect(address).toMatchObject({ Bucket: 'memory', Prefix: 'map-results' });
  return JSON.parse(store.texts.get(isObject(address) ? String(address.Key) : '') ?? 'null');
}

describe('map_items', () => {
  it('writes each item as its execution can take it, whatever was spilled of the list', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(trickyJson, { maxLength: 8 }),
        fc.record({ share: fc.integer({ min: 128, max: 400 }), isWhole: fc.boolean(), isEach: fc.boolean() }),
        async (list, { share, isWhole, isEach }) => {
          const store = memoryStore();
          const blobs = blobStore(store);
          const each = await Promise.all(list.map((item) => spillValue(escapeValue(item), isEach ? 1 : 1e6, blobs)));
          const items = isWhole ? await spillValue(each, 1, blobs, 'travelling') : each;
          const lists = await written(store, items, { share, room: 1000 });
          expect(await Promise.all(lists.map((item) => hydrate(item, blobs)))).toEqual(list);
          expect(lists.filter((item) => JSON.stringify(item).length > 1000)).toEqual([]);
        },
      ),
    );
  });

  it('writes with many requests at once, and no more than the client has connections', async () => {
    const store = memoryStore();
    let now = 0;
    let most = 0;
    const slow: ObjectStore = {
      ...store,
      writeOnce: async (key, text) => {
        most = Math.max(most, ++now);
        await new Promise((resolve) => setImmediate(resolve));
        now -= 1;
        return store.writeOnce(key, text);
      },
    };
    const items = Array.from({ length: 300 }, (_, at) => `${at} ${'x'.repeat(80_000)}`);
    await call(mapItems, slow, { items, reads: ['$'], share: 200, room: 1000 });
    expect(most).toBe(REQUESTS_AT_ONCE);
  });

  it('puts small items into few blobs, the same ones each time', async () => {
    const store = memoryStore();
    const items = Array.from({ length: 1000 }, (_, at) => ({ at, text: 'x'.repeat(20_000) }));
    const budget = { reads: ['$'], share: 200, room: 1000 };
    const lists = await written(store, items, budget);
    const objects = store.texts.size;
    expect(objects).toBeLessThan(50);
    expect(await hydrate(lists, blobStore(store))).toEqual(items);
    expect(await written(store, items, budget)).toEqual(lists);
    expect(store.texts.size).toBe(objects);
  });

  it('leaves in its blob an item that no flow reads inside of', async () => {
    const store = memoryStore();
    const marker = await spillValue('x'.repeat(1000), 100, blobStore(store));
    store.calls.length = 0;
    expect(await written(store, [marker])).toEqual([marker]);
    expect(store.calls.filter((call) => call.startsWith('read'))).toEqual([]);
  });

  it('writes a list that is there already anew: its life begins with the Map', async () => {
    const store = memoryStore();
    const first = await written(store, [1, 2]);
    store.calls.length = 0;
    expect(await written(store, [1, 2])).toEqual(first);
    expect(store.calls).toEqual([expect.stringMatching(/^write map-items\/[0-9a-f]{64}\.json$/)]);
  });

  it('spills more of a list that outgrows memory, except what an item cannot do without', async () => {
    const store = memoryStore();
    const large = { text: 'x'.repeat(150_000) };
    const fields = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`f${at}`, 'y'.repeat(1000)]));
    const items = [...Array.from({ length: 1000 }, (_, at) => ({ at, ...large })), fields];
    const lists = await written(store, items, { reads: ['$', ...Object.keys(fields)] });
    expect(findMarkers(lists[0] ?? null)).toEqual([]);
    expect(findMarkers(lists[999] ?? null).map(({ marker }) => isBlobMarker(marker))).toEqual([true]);
    // All of it is beside the fields that are read, which are too many to be spilled one by one.
    const whole = { $blob: expect.any(String), blobType: 'data', size: Buffer.byteLength(JSON.stringify(fields)) };
    expect(lists[1000]).toEqual({ ...fields, $whole: whole });
    expect(await hydrate(lists[999] ?? null, blobStore(store))).toEqual({ at: 999, ...large });
  });

  it('refuses what is no list', async () => {
    await expect(written(memoryStore(), { no: 'list' })).rejects.toMatchObject({ name: 'INVALID_INPUT' });
  });
});

/** A child execution, as a Map Run writes it. */
const childOf = (index: number, end: object): object => ({
  ExecutionArn: `arn:aws:states:eu-west-1:123456789012:execution:m/Map:${index}`,
  Input: JSON.stringify({ index, item: null }),
  ...end,
});

const succeeded = (output: Json): object => ({ Status: 'SUCCEEDED', Output: JSON.stringify(output) });

/** Writes the files of a Map Run, and calls map_results for them. */
async function results(
  store: MemoryStore,
  files: { readonly [status: string]: readonly (readonly object[])[] },
  options: object = {},
): Promise<Json> {
  const ResultFiles: { [status: string]: Json[] } = {};
  for (const [status, lists] of Object.entries(files)) {
    ResultFiles[status] = lists.map((list, at) => {
      const Key = `map-results/run/${status}_${at}.json`;
      store.texts.set(Key, JSON.stringify(list));
      return { Key, Size: JSON.stringify(list).length };
    });
  }
  store.texts.set('map-results/run/manifest.json', JSON.stringify({ DestinationBucket: 'memory', ResultFiles }));
  const manifest = { Bucket: 'memory', Key: 'map-results/run/manifest.json' };
  return call(mapResults, store, { manifest, open: false, ...options });
}

const FAILED = { Status: 'FAILED', Error: 'COMPONENT_FAILED', Cause: JSON.stringify({ errorMessage: 'no' }) };

describe('map_failure', () => {
  const error = { code: 'TIMEOUT', message: 'too slow' };

  it('fails with the error of the item that has failed the same Map', async () => {
    const store = memoryStore();
    await expect(call(mapFailure, store, { map: 'one', error })).rejects.toMatchObject({ name: 'TIMEOUT' });
    await expect(call(mapFailure, store, { map: 'one' })).rejects.toMatchObject({
      name: 'TIMEOUT',
      message: 'too slow',
    });
    await expect(call(mapFailure, store, { map: 'other' })).rejects.toMatchObject({ name: 'RESOURCE_UNAVAILABLE' });
  });
});

describe('map_results', () => {
  it('has the results in the order of the items, from files of any number and order', async () => {
    const ends = fc.array(fc.record({ value: trickyJson, isFailed: fc.boolean(), file: fc.nat({ max: 2 }) }), {
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(ends, fc.boolean(), fc.boolean(), async (items, open, whole) => {
        const store = memoryStore();
        const children = items.map(({ value, isFailed, file }, at) => ({
          file,
          isFailed,
          child: childOf(at, isFailed ? FAILED : succeeded({ outcome: 'success', result: escapeValue(value) })),
        }));
        const listsOf = (of: boolean) =>
          [2, 0, 1].map((file) =>
            children.filter((each) => each.isFailed === of && each.file === file).map(({ child }) => child),
          );
        const found = await results(
          store,
          { FAILED: listsOf(true), PENDING: [], SUCCEEDED: listsOf(false) },
          { open, whole, lists: ['results', 'values'] },
        );
        expect(await hydrate(found, blobStore(store))).toEqual({
          results: items.map(({ value, isFailed }) =>
            isFailed
              ? { outcome: 'failed', error: { code: 'COMPONENT_FAILED', message: 'no' } }
              : { outcome: 'success', result: value },
          ),
          values: items.map(({ value, isFailed }) => (isFailed ? null : value)),
          successful: items.filter(({ isFailed }) => !isFailed).length,
          failed: items.filter(({ isFailed }) => isFailed).length,
          skipped: 0,
        });
      }),
    );
  });

  it('tells of what was not begun, ran out of time, was stopped, or left nothing', async () => {
    const found = await results(memoryStore(), {
      FAILED: [[childOf(0, { Status: 'TIMED_OUT' }), childOf(1, { Status: 'ABORTED' }), childOf(2, FAILED)]],
      PENDING: [[childOf(3, { Status: 'PENDING' })]],
      SUCCEEDED: [[childOf(5, succeeded({ outcome: 'skipped' }))]],
    });
    const codes = isObject(found) && Array.isArray(found.results) ? found.results : [];
    expect(codes.map((each) => isObject(each) && isObject(each.error) && each.error.code)).toEqual([
      'TIMEOUT',
      'CANCELLED',
      'COMPONENT_FAILED',
      'CANCELLED',
      'RESOURCE_UNAVAILABLE',
      false,
    ]);
    expect(found).toMatchObject({ successful: 0, failed: 5, skipped: 1 });
  });

  it('takes the answer of an item that failed before the Map Run was redriven', async () => {
    const found = await results(memoryStore(), {
      FAILED: [[childOf(0, FAILED)]],
      SUCCEEDED: [[childOf(0, succeeded({ outcome: 'success', result: 1 }))]],
    });
    expect(found).toMatchObject({ results: [{ outcome: 'success', result: 1 }], successful: 1, failed: 0 });
  });

  it('spills results while it reads more of them than fit in memory, unless somebody reads inside of them', async () => {
    const store = memoryStore();
    const large = (at: number): Json => ({ outcome: 'success', result: { at, text: 'x'.repeat(200_000) } });
    const files = { SUCCEEDED: [Array.from({ length: 200 }, (_, at) => childOf(at, succeeded(large(at))))] };
    const spilledIn = (found: Json): number => findMarkers(found).length;
    const found = await results(store, files, { whole: true });
    expect(JSON.stringify(found).length).toBeLessThan(36 * 1024 * 1024);
    expect(spilledIn(found)).toBeGreaterThan(20);
    expect(found).toMatchObject({ successful: 200 });
    const read = await hydrate(found, blobStore(store));
    expect(isObject(read) && Array.isArray(read.results) && read.results[199]).toEqual(large(199));
    expect(spilledIn(await results(store, files, { whole: false }))).toBe(0);
  });

  it('says which file of the Map Run is not there', async () => {
    const store = memoryStore();
    const manifest = { Bucket: 'memory', Key: 'map-results/gone/manifest.json' };
    await expect(call(mapResults, store, { manifest, open: false })).rejects.toMatchObject({
      name: 'RESOURCE_UNAVAILABLE',
      message: expect.stringContaining('map-results/gone/manifest.json, which a Map Run wrote, is not in memory'),
    });
  });
});
