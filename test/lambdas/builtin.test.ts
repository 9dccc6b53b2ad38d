import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { memoryStore } from '../runtime/stores/memory-store.ts';
import { invoke, invokeObject } from './invoke.ts';

const KNOWN = { message: 'Hello, blobs!', number: 42, nested: { array: [1, 2, 3], boolean: true } };
const KNOWN_ID = '868591347a854ba1d0f4875b2dd44e1e8335052af03725a9819f89e0142318b0';

describe('put_blob and get_blob', () => {
  it.each([undefined, 'data', 'flow'])('keep a value under the hash of its JSON, as %s', async (blob_type) => {
    const store = memoryStore();
    expect(await invoke('/put_blob', { data: KNOWN, blob_type }, { store })).toEqual({ blob_id: KNOWN_ID });
    expect(await invoke('/get_blob', { blob_id: KNOWN_ID }, { store })).toEqual({ data: KNOWN });
  });

  it('keep null, and values that look like markers', async () => {
    const store = memoryStore();
    for (const data of [null, { $skipped: true }, { $$skipped: true }]) {
      const { blob_id } = await invokeObject('/put_blob', { data }, { store });
      expect(await invoke('/get_blob', { blob_id }, { store })).toEqual({ data });
    }
  });

  it('refuse what is no value, no type or no id', async () => {
    const failure = (text: string) => ({ name: 'INVALID_INPUT', message: expect.stringContaining(text) });
    await expect(invoke('/put_blob', {})).rejects.toMatchObject(failure('"data": found nothing, wanted any value'));
    await expect(invoke('/put_blob', { data: 1, blob_type: 'x' })).rejects.toMatchObject(
      failure('one of "data", "flow"'),
    );
    await expect(invoke('/get_blob', { blob_id: 'abc' })).rejects.toMatchObject(failure('the 64 hex digits'));
    await expect(invoke('/get_blob', { blob_id: KNOWN_ID })).rejects.toMatchObject({ name: 'RESOURCE_UNAVAILABLE' });
  });
});

describe('extract', () => {
  const data = { metadata: { id: 7, 'a.b': null }, items: [{ id: 'x' }] };

  it.each([
    ['metadata.id', 7],
    ['items[0].id', 'x'],
    ['metadata["a.b"]', null],
    ['$', data],
  ])('takes %s out', async (path, value) => {
    expect(await invoke('/extract', { data, path })).toEqual(value);
  });

  it('fails by name where there is nothing, or no path', async () => {
    await expect(invoke('/extract', { data, path: 'items[1]' })).rejects.toMatchObject({
      name: 'EXPRESSION_FAILURE',
      message: '"data" has nothing at "items[1]"',
    });
    await expect(invoke('/extract', { data, path: 'items[*]' })).rejects.toMatchObject({ name: 'INVALID_INPUT' });
  });

  it('reads any path of null as null, as a flow does', async () => {
    expect(await invoke('/extract', { data: null, path: 'a.b' })).toBeNull();
  });

  it('of several fields answers each by its path as written', async () => {
    const fields = ['metadata.id', 'items[0]'];
    expect(await invoke('/data/extract_multiple', { data, fields })).toEqual({
      'metadata.id': 7,
      'items[0]': { id: 'x' },
    });
  });
});

describe('create_messages', () => {
  it('puts the instructions, if any, before the prompt', async () => {
    expect(await invoke('/create_messages', { system_instructions: 'Be brief.', user_prompt: 'Why?' })).toEqual({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Why?' },
      ],
    });
    expect(await invoke('/create_messages', { user_prompt: 'Why?', system_instructions: null })).toEqual({
      messages: [{ role: 'user', content: 'Why?' }],
    });
  });
});

describe('noop and sleep', () => {
  it.each([[null], [0], [[1, { a: 'b' }]], [{ $missing: 'x' }]])('noop gives back %j', async (value) => {
    expect(await invoke('/noop', value)).toEqual(value);
  });

  it('sleep gives back what it was given', async () => {
    expect(await invoke('/sleep', { duration_ms: 1 })).toEqual({ duration_ms: 1 });
    expect(await invoke('/sleep', { duration_ms: 0, passthrough: [1] })).toEqual({ duration_ms: 0, passthrough: [1] });
    await expect(invoke('/sleep', { duration_ms: -1 })).rejects.toMatchObject({ name: 'INVALID_INPUT' });
  });

  it('sleep wakes when nobody waits any more', async () => {
    const host = new AbortController();
    const sleeping = invoke('/sleep', { duration_ms: 2_000_000 }, { signal: host.signal });
    host.abort(new Error('a sibling failed'));
    await expect(sleeping).rejects.toMatchObject({ name: 'CANCELLED' });
  });
});

describe('cache/check and cache/store', () => {
  it('miss, then hit, key by key', async () => {
    const store = memoryStore();
    expect(await invoke('/cache/check', { key: 'k' }, { store })).toEqual({ cache_hit: false, value: null });
    expect(await invoke('/cache/store', { key: 'k', value: { v: 1 } }, { store })).toEqual({ stored: true });
    expect(await invoke('/cache/check', { key: 'k' }, { store })).toEqual({ cache_hit: true, value: { v: 1 } });
    expect(await invoke('/cache/check', { key: 'other' }, { store })).toMatchObject({ cache_hit: false });
  });

  it('miss what has expired', async () => {
    const store = memoryStore();
    await invoke('/cache/store', { key: 'k', value: 1, ttl: 3600 }, { store });
    const [[name, text] = ['', '']] = store.texts;
    expect(await invoke('/cache/check', { key: 'k' }, { store })).toMatchObject({ cache_hit: true });
    store.texts.set(name, JSON.stringify({ ...JSON.parse(text), expiresAt: Date.now() - 1 }));
    expect(await invoke('/cache/check', { key: 'k' }, { store })).toMatchObject({ cache_hit: false });
  });
});

it('each is called by the flow that is run of the packed package', () => {
  const called = readFileSync('.ci/packed/workflows/every-component.yaml', 'utf8');
  const files = readdirSync('lambdas/builtin', { recursive: true, encoding: 'utf8' });
  const paths = files.flatMap((file) => /^((?:\w+\/)?[a-z]\w*)\.ts$/.exec(file)?.[1] ?? []);
  expect(paths.filter((path) => !called.includes(`/builtin/${path}`))).toEqual([]);
});
