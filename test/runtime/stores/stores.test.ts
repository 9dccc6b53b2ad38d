import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { blobStore, cacheStore, folderStore, type ObjectStore, openStore } from '../../../lib/runtime/index.ts';
import { s3Store } from '../../../lib/runtime/stores/s3-store.ts';
import { type FakeS3, startFakeS3 } from './fake-s3.ts';

let folder: string;
let s3: FakeS3;
let client: S3Client;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stepflow-store-'));
  s3 = await startFakeS3();
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  client = new S3Client({ endpoint: s3.url, forcePathStyle: true, region: 'eu-west-1', credentials, maxAttempts: 1 });
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await s3.stop();
});

const KNOWN = { message: 'Hello, blobs!', number: 42, nested: { array: [1, 2, 3], boolean: true } };
const KNOWN_ID = '868591347a854ba1d0f4875b2dd44e1e8335052af03725a9819f89e0142318b0';

const KINDS: readonly [string, () => ObjectStore][] = [
  ['a folder', () => folderStore(join(folder, 'new', 'blobs'))],
  ['a bucket', () => s3Store('s3://bucket/some/prefix/', client)],
  ['a bucket without prefix', () => s3Store('s3://bucket', client)],
];

describe.each(KINDS)('blobs in %s', (_kind, open) => {
  it('have the hash of their compact JSON as id, and come back as they were', async () => {
    const blobs = blobStore(open());
    expect(await blobs.put(KNOWN)).toEqual({ blobId: KNOWN_ID, size: JSON.stringify(KNOWN).length });
    expect(await blobs.get(KNOWN_ID)).toEqual(KNOWN);
    expect(await blobs.has(KNOWN_ID)).toBe(true);
  });

  it('count bytes, not characters', async () => {
    expect(await blobStore(open()).put('ü€😀')).toMatchObject({ size: 2 + 2 + 3 + 4 });
  });

  it('that are not there are named, with the place', async () => {
    const store = open();
    const id = 'f'.repeat(64);
    expect(await blobStore(store).has(id)).toBe(false);
    await expect(blobStore(store).get(id)).rejects.toMatchObject({
      name: 'RESOURCE_UNAVAILABLE',
      message: expect.stringContaining(`blob ${id} is not in ${store.location}`),
    });
  });

  it('come back in pieces, however long they are, and those that are not there are named', async () => {
    const store = open();
    const text = 'ü€😀'.repeat(2_000_000);
    await store.write('map-results/large.json', text);
    let read = '';
    let pieces = 0;
    for await (const piece of store.readInPieces('map-results/large.json')) {
      read += piece;
      pieces += 1;
    }
    expect(read === text).toBe(true);
    expect(pieces).toBeGreaterThan(1);
    const absent = store.readInPieces('map-results/none.json')[Symbol.asyncIterator]().next();
    await expect(absent).rejects.toMatchObject({ name: 'RESOURCE_UNAVAILABLE' });
  });

  it('that were damaged are not handed out', async () => {
    const store = open();
    const { blobId } = await blobStore(store).put({ some: 'content' });
    await store.write(`values/${blobId}.json`, '{"some":"other"}');
    await expect(blobStore(store).get(blobId)).rejects.toMatchObject({
      name: 'RESOURCE_UNAVAILABLE',
      message: expect.stringContaining('is damaged'),
    });
  });

  it('may be written by many at once', async () => {
    const blobs = blobStore(open());
    const value = { rows: Array.from({ length: 1000 }, (_, row) => row) };
    const refs = await Promise.all(Array.from({ length: 20 }, () => blobs.put(value)));
    expect(new Set(refs.map(({ blobId }) => blobId)).size).toBe(1);
    expect(await blobs.get(refs[0]?.blobId ?? '')).toEqual(value);
  });
});

describe.each(KINDS)('the cache in %s', (_kind, open) => {
  it('gives what was stored last, until its time is over', async () => {
    let now = 1_000_000;
    const cache = cacheStore(open(), () => now);
    expect(await cache.get('a key / with ünusual signs')).toBeUndefined();
    await cache.set('a key / with ünusual signs', { v: 1 });
    await cache.set('a key / with ünusual signs', { v: 2 }, 60);
    now += 59_999;
    expect(await cache.get('a key / with ünusual signs')).toEqual({ v: 2 });
    now += 1;
    expect(await cache.get('a key / with ünusual signs')).toBeUndefined();
  });

  it('keeps null as a value, for ever without a time', async () => {
    const cache = cacheStore(open(), () => 0);
    await cache.set('null', null);
    expect(await cacheStore(open(), () => Number.MAX_SAFE_INTEGER).get('null')).toBeNull();
  });
});

describe('a folder', () => {
  it('holds nothing but whole files', async () => {
    const own = join(folder, 'whole');
    const store = folderStore(own);
    await Promise.all(Array.from({ length: 30 }, (_, at) => store.write('k.json', 'x'.repeat(at * 1000))));
    expect(await readdir(own)).toEqual(['k.json']);
  });

  it('heals what a loss of power left of a blob', async () => {
    const blobs = blobStore(folderStore(join(folder, 'healed')));
    const { blobId } = await blobs.put({ some: 'content' });
    await writeFile(join(folder, 'healed/values', `${blobId}.json`), '');
    await blobs.put({ some: 'content' });
    expect(await blobs.get(blobId)).toEqual({ some: 'content' });
  });

  it('that is a file is RESOURCE_UNAVAILABLE', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    const failure = { name: 'RESOURCE_UNAVAILABLE', message: expect.stringContaining(file) };
    await expect(folderStore(file).write('k', '')).rejects.toMatchObject(failure);
    await expect(folderStore(file).read('k')).rejects.toMatchObject(failure);
  });
});

describe('a bucket', () => {
  it('gets each object at most once, under the prefix', async () => {
    const blobs = blobStore(s3Store('s3://once/a/b', client));
    await blobs.put('v');
    await blobs.put('v');
    const puts = s3.requests.filter(({ method, path }) => method === 'PUT' && path.startsWith('/once/'));
    expect(puts.map(({ status, ifNoneMatch }) => [status, ifNoneMatch])).toEqual([
      [200, '*'],
      [412, '*'],
    ]);
    expect(puts.every(({ path }) => /^\/once\/a\/b\/values\/[0-9a-f]{64}\.json$/.test(path))).toBe(true);
  });

  it('that refuses is RESOURCE_UNAVAILABLE, with the reason', async () => {
    const store = s3Store('s3://forbidden', client);
    const failure = { name: 'RESOURCE_UNAVAILABLE', message: expect.stringMatching(/s3:\/\/forbidden.*AccessDenied/) };
    await expect(store.read('k')).rejects.toMatchObject(failure);
    await expect(store.write('k', 'v')).rejects.toMatchObject(failure);
    await expect(store.writeOnce('k', 'v')).rejects.toMatchObject(failure);
  });

  it('must have a name', () => {
    expect(() => s3Store('s3://', client)).toThrow('wanted s3://bucket/prefix');
  });
});

describe('the store that the environment names', () => {
  it('is a folder, or a bucket whose client is loaded at its first use, once', async () => {
    const open = vi.fn((location: string, _client: undefined, once: object) => s3Store(location, client, once));
    const loadS3 = vi.fn(async () => ({ s3Store: open }));
    const local = openStore(loadS3, join(folder, 'opened'));
    await local.write('k', 'v');
    expect(await local.read('k')).toBe('v');
    const remote = openStore(loadS3, 's3://opened/x', '30');
    expect(loadS3).not.toHaveBeenCalled();
    await Promise.all([remote.write('k', 'w'), remote.writeOnce('l', 'w')]);
    expect([await remote.read('k'), await remote.has('l')]).toEqual(['w', true]);
    expect(loadS3).toHaveBeenCalledTimes(1);
    expect(open).toHaveBeenCalledWith('s3://opened/x', undefined, { lifeMs: 30 * 24 * 3600 * 1000 });
  });
});
