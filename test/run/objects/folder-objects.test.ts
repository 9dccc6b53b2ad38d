import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { folderObjects } from '../../../lib/run/objects/folder-objects.ts';
import { OWN_BUCKET } from '../../../lib/runtime/stores/folder-store.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stepflow-objects-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(path: string, content: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

async function read(Bucket: string, Key: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of folderObjects(folder).getObject({ Bucket, Key })) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

const write = async (Key: string, ...pieces: readonly string[]) => {
  const writer = await folderObjects(folder).putObject({ Bucket: 'bucket', Key });
  for (const piece of pieces) await writer.write(piece);
  return writer;
};

test('an object is a file in the folder of its bucket', async () => {
  put('bucket/a/b.txt', 'text');
  expect(await read('bucket', 'a/b.txt')).toBe('text');
});

test('what is written is there when it is closed, and not before', async () => {
  const writer = await write('x/y.json', '[1', ',2]');
  await expect(read('bucket', 'x/y.json')).rejects.toThrow('The specified key does not exist.');
  await writer.close();
  expect(readFileSync(join(folder, 'bucket/x/y.json'), 'utf8')).toBe('[1,2]');
  expect(readdirSync(join(folder, '.writing'))).toEqual([]);
});

test('what is discarded leaves nothing', async () => {
  await (await write('x', '1')).discard();
  expect(readdirSync(folder)).toEqual(['.writing']);
  expect(readdirSync(join(folder, '.writing'))).toEqual([]);
});

test('keys are listed in the order of their bytes', async () => {
  for (const key of ['p/b', 'p/a/c', 'q', 'p/ä', 'p/Z']) put(`bucket/${key}`, key);
  const listed: [string, number][] = [];
  for await (const { Key, Size, ETag } of folderObjects(folder).listObjects('bucket', 'p/')) {
    listed.push([Key, Size]);
    expect(ETag).toMatch(/^"[0-9a-f]{32}"$/);
  }
  expect(listed).toEqual([
    ['p/Z', 3],
    ['p/a/c', 5],
    ['p/b', 3],
    ['p/ä', 4],
  ]);
});

test('a bucket that is no folder has no objects', async () => {
  for await (const { Key } of folderObjects(folder).listObjects('bucket', '')) expect(Key).toBe('none');
  await expect(read('bucket', 'a')).rejects.toMatchObject({ code: 'NoSuchKey' });
});

test.each([
  ['bucket', '../other/a'],
  ['bucket', 'a//b'],
  ['bucket', 'a/'],
  ['..', 'a'],
  ['Bucket', 'a'],
])('%s has no file for the key %s', async (bucket, key) => {
  await expect(read(bucket, key)).rejects.toMatchObject({ name: 'ObjectError' });
});

test('the folder itself is the bucket of the blobs', async () => {
  put('map-items/a.json', '[1]');
  await write('x', '1');
  expect(await read(OWN_BUCKET, 'map-items/a.json')).toBe('[1]');
  const keys: string[] = [];
  for await (const { Key } of folderObjects(folder).listObjects(OWN_BUCKET, '')) keys.push(Key);
  expect(keys).toEqual(['map-items/a.json']);
});
