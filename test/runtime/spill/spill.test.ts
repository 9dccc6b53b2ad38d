import { describe, expect, it } from 'vitest';
import { PARTS, spilled } from '../../../lib/protocol/markers.ts';
import { blobIdOf, blobStore, type Json, spillInput, spillSlots } from '../../../lib/runtime/index.ts';
import { hydrate, unspill } from '../../../lib/runtime/spill/hydrate.ts';
import { MIN_SHARE } from '../../../lib/runtime/spill/spill.ts';
import { memoryStore } from '../stores/memory-store.ts';

const LONG = 'x'.repeat(500);
const marker = (value: Json) => spilled(blobIdOf(value), 'data', Buffer.byteLength(JSON.stringify(value)));

describe('slots', () => {
  it('give up what is larger than its share, and keep what they test', async () => {
    const slots = { small: 'a', large: LONG, '$if(large)': true, $missing: ['gone'] };
    expect(await spillSlots(slots, 200, blobStore(memoryStore()))).toEqual({ ...slots, large: marker(LONG) });
  });

  it('are measured in bytes of JSON', async () => {
    const blobs = blobStore(memoryStore());
    const text = 'é'.repeat(100);
    expect(await spillSlots({ text }, 202, blobs)).toEqual({ text });
    expect(await spillSlots({ text }, 201, blobs)).toEqual({ text: marker(text) });
  });

  it('store values as users have them, not as they travel', async () => {
    const store = memoryStore();
    const value = { $$skipped: true, pad: LONG };
    const slots = await spillSlots({ $: { deep: [{ $$skipped: true }], pad: LONG } }, 200, blobStore(store));
    expect(await hydrate(slots, blobStore(store))).toEqual({ $: { deep: [{ $skipped: true }], pad: LONG } });
    expect(await hydrate(await spillSlots({ value }, 200, blobStore(store)), blobStore(store))).toEqual({ value });
  });

  it('say in fewer words what is missing where there is little room', async () => {
    const slots = await spillSlots({ a: { $missing: 'm'.repeat(900) } }, MIN_SHARE, blobStore(memoryStore()));
    expect(slots).toEqual({ a: { $missing: expect.stringMatching(/^m{8,}$/) } });
    expect(JSON.stringify(slots.a).length).toBeLessThanOrEqual(MIN_SHARE);
  });

  it('of values that are on their way keep their markers, in the blob too', async () => {
    const blobs = blobStore(memoryStore());
    const { blobId, size } = await blobs.put(LONG);
    const list = [spilled(blobId, 'data', size), { $$missing: 'user' }, { pad: LONG }];
    const slots = await spillSlots({ $: list }, 200, blobs, 'travelling');
    expect(slots.$).toMatchObject({ blobType: PARTS });
    expect(await hydrate(slots, blobs)).toEqual({ $: [LONG, { $missing: 'user' }, { pad: LONG }] });
    expect(await unspill(slots, blobs)).toEqual({ $: [LONG, { $$missing: 'user' }, { pad: LONG }] });
  });
});

describe('the input of an execution', () => {
  const budget = { reads: ['user.id', 'text'], share: 200, room: 1000 };
  const spill = async (input: Json, own = budget) => {
    const blobs = blobStore(memoryStore());
    const travelling = await spillInput(input, own, blobs);
    expect(await hydrate(travelling, blobs)).toEqual(input);
    return travelling;
  };

  it('stays as it is where it is small, but for what looks like a marker', async () => {
    expect(await spill({ user: { id: 1 }, text: { $skipped: true } })).toEqual({
      user: { id: 1 },
      text: { $$skipped: true },
    });
  });

  it('gives up large parts, and hides no path that is read', async () => {
    const user = { id: LONG, name: 'Ada', notes: LONG };
    expect(await spill({ user, text: LONG, more: [LONG] })).toEqual({
      user: { id: marker(LONG), name: 'Ada', notes: marker(LONG) },
      text: marker(LONG),
      more: marker([LONG]),
    });
  });

  it('gives up small parts too where there are many, the largest first', async () => {
    const more = Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`f${at}`, 'y'.repeat(150 + at)]));
    const travelling = await spill({ user: { id: 1 }, ...more }, { ...budget, room: 1900 });
    expect(JSON.stringify(travelling).length).toBeLessThanOrEqual(1900);
    expect(travelling).toMatchObject({ user: { id: 1 }, f0: more.f0, f11: marker(more.f11 ?? '') });
  });

  it('keeps within the share of a whole that is read beside its parts', async () => {
    const travelling = await spill({ user: { id: 1, notes: LONG } }, { ...budget, reads: ['$', 'user.id'] });
    expect(travelling).toEqual({ user: { id: 1, notes: marker(LONG) } });
  });

  it('keeps a field that has exactly the written name', async () => {
    expect(await spill({ 'user.id': LONG, pad: LONG })).toEqual({ 'user.id': marker(LONG), pad: marker(LONG) });
  });

  it('sets aside all that is not read where even its markers are too many', async () => {
    const many = Array.from({ length: 400 }, (_, at) => at);
    const aside = (input: Json, reads: string[]) => spillInput(input, { ...budget, reads }, blobStore(memoryStore()));
    const left = [null, null, null, 3];
    const items = Object.fromEntries(many.filter((at) => at !== 3).map((at) => [String(at), at]));
    expect(await aside({ list: many }, ['list[3]'])).toEqual({ list: [...left, marker(items)] });
    const fields = Object.fromEntries(many.map((at) => [`f${at}`, at]));
    expect(await aside({ id: 7, ...fields }, ['id'])).toEqual({ id: 7, $rest: marker(fields) });
  });

  it('has all of a value beside its parts where both are read and do not fit together', async () => {
    const many = Array.from({ length: 400 }, (_, at) => at);
    const beside = (input: Json, reads: string[]) => spillInput(input, { ...budget, reads }, blobStore(memoryStore()));
    const left = [null, null, null, 3];
    expect(await beside({ list: many }, ['list', 'list[3]'])).toEqual({ list: [...left, { $whole: marker(many) }] });
    const fields: Json = { id: 7, ...Object.fromEntries(many.map((at) => [`f${at}`, at])) };
    expect(await beside({ of: fields }, ['of', 'of.id'])).toEqual({ of: { id: 7, $whole: marker(fields) } });
    // Nothing is set aside in a value that is read as a whole.
    const all: Json = { of: fields };
    expect(await beside(all, ['$', 'of.id'])).toEqual({ of: { id: 7, $rest: expect.anything() }, $whole: marker(all) });
  });

  it('is refused where the parts that are read do not fit a payload', async () => {
    const names = Array.from({ length: 20 }, (_, at) => `f${at}`);
    const input = Object.fromEntries(names.map((name) => [name, LONG]));
    const given = spillInput(input, { ...budget, reads: ['$', ...names] }, blobStore(memoryStore()));
    await expect(given).rejects.toThrow(
      'the flow reads so many parts of one map of its input that even their references',
    );
    await expect(given).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});
