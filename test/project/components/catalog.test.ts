import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Catalog, findComponents } from '../../../lib/project/components/index.ts';

let home: string;
let catalog: Catalog;

const FILES = [
  'lambdas/user/load.ts',
  'lambdas/user/load.test.ts',
  'lambdas/user/_helper.ts',
  'lambdas/user/types.d.ts',
  'lambdas/user/notes.md',
  'lambdas/a/b/c.mts',
  'lambdas/_shared/thing.ts',
  'lambdas/.hidden/thing.ts',
  'lambdas/data/extract_multiple.ts',
  'lambdas/http/get.js',
  'more/user/load.ts',
  'more/user/save.ts',
];

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'stepflow-catalog-'));
  for (const file of FILES) {
    mkdirSync(dirname(join(home, file)), { recursive: true });
    writeFileSync(join(home, file), '');
  }
  catalog = findComponents({ folders: [join(home, 'lambdas'), join(home, 'more'), join(home, 'absent')] });
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

const own = () => catalog.components.filter(({ builtin }) => !builtin);

describe('the catalog', () => {
  it("has each file of a plugin's folder, and nothing private, declared or tested", () => {
    expect(own().map(({ path }) => path)).toEqual([
      '/a/b/c',
      '/data/extract_multiple',
      '/http/get',
      '/user/load',
      '/user/save',
    ]);
  });

  it('takes the earlier folder of two that have a path', () => {
    expect(catalog.resolve('/user/load')?.file).toBe(join(home, 'lambdas/user/load.ts'));
    expect(catalog.resolve('/user/save')?.file).toBe(join(home, 'more/user/save.ts'));
  });

  it('has the built-in components under /builtin', () => {
    const names = catalog.components.filter(({ builtin }) => builtin).map(({ path }) => path);
    expect(names).toEqual(
      expect.arrayContaining([
        '/builtin/cache/check',
        '/builtin/cache/store',
        '/builtin/create_messages',
        '/builtin/extract',
        '/builtin/extract_multiple',
        '/builtin/get_blob',
        '/builtin/http',
        '/builtin/http/get',
        '/builtin/http/post',
        '/builtin/noop',
        '/builtin/put_blob',
        '/builtin/sleep',
      ]),
    );
  });

  it.each([
    ['/extract', '/builtin/extract'],
    ['/put_blob', '/builtin/put_blob'],
    ['/cache/check', '/builtin/cache/check'],
    ['/http/post', '/builtin/http/post'],
    ['/builtin/noop', '/builtin/noop'],
  ])('answers to %s with %s', (alias, path) => {
    expect(catalog.resolve(alias)).toMatchObject({ path, builtin: true });
  });

  it("takes a user's own component over an alias of a built-in one", () => {
    expect(catalog.resolve('/http/get')).toMatchObject({ path: '/http/get', builtin: false });
    expect(catalog.resolve('/data/extract_multiple')).toMatchObject({ builtin: false });
    expect(findComponents({ folders: [] }).resolve('/data/extract_multiple')?.path).toBe('/builtin/extract_multiple');
  });

  it('suggests the nearest path for one that it does not know', () => {
    expect(catalog.resolve('/usr/laod')).toBeUndefined();
    expect(catalog.suggest('/usr/load')).toBe('/user/load');
    expect(catalog.suggest('/entirely/else')).toBeUndefined();
  });

  it('knows the built-in components of this repository, whose folder is among the given ones, as such', () => {
    const { components, resolve } = findComponents({ folders: ['lambdas'] });
    expect(resolve('/extract')).toMatchObject({ builtin: true });
    expect(new Set(components.map(({ path }) => path)).size).toBe(components.length);
  });
});
