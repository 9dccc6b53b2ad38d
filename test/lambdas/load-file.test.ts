import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type LoopbackServer, serve } from '../loopback.ts';
import { invoke } from './invoke.ts';

let home: string;
let flow: string;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'stepflow-files-'));
  flow = join(home, 'flow');
  mkdirSync(join(flow, 'data'), { recursive: true });
  writeFileSync(join(home, 'private.txt'), 'no');
  const files: { readonly [path: string]: string | Uint8Array } = {
    'a.json': '\ufeff{"n": [1, null]}',
    'large.yaml': 'x: 1e999',
    'b.yml': 'when: 2024-01-02\nlist: [x, { y: 1 }]\n',
    'data/c.csv': 'id,name\r\n1,Ada\r\n2,"Grace, H."\r\n',
    'd.tsv': 'id\tname\n1\tAda\n',
    'e.md': '# Title\n',
    'odd..name.txt': 'odd',
    'bad.json': '{"n":',
    'bad.csv': 'a,b\n1\n',
    'twice.csv': 'a,a\n1,2\n',
    'latin.txt': new Uint8Array([0xe9]),
    'empty.csv': '',
    'empty.yaml': '',
    'deep.yaml': '['.repeat(100_000),
    'bad.yaml': 'a: 1\nb: [',
  };
  for (const [path, content] of Object.entries(files)) writeFileSync(join(flow, path), content);
  symlinkSync(join(home, 'private.txt'), join(flow, 'link.txt'));
  execFileSync('mkfifo', [join(flow, 'pipe')]);
  symlinkSync(join(flow, 'pipe'), join(flow, 'data/link-to-pipe'));
  symlinkSync(join(flow, 'e.md'), join(flow, 'inner-link.md'));
});

afterAll(() => rmSync(home, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

const load = (path: string, format?: string) => invoke('/builtin/load_file', { path, format }, { files: flow });

describe('load_file', () => {
  it.each([
    ['a.json', 'json', { n: [1, null] }, 19],
    ['b.yml', 'yaml', { when: '2024-01-02', list: ['x', { y: 1 }] }, 37],
    [
      'data/c.csv',
      'csv',
      [
        { id: '1', name: 'Ada' },
        { id: '2', name: 'Grace, H.' },
      ],
      31,
    ],
    ['./data/../d.tsv', 'csv', [{ id: '1', name: 'Ada' }], 14],
    ['e.md', 'text', '# Title\n', 8],
    ['inner-link.md', 'text', '# Title\n', 8],
    ['odd..name.txt', 'text', 'odd', 3],
    ['empty.csv', 'csv', [], 0],
    ['empty.yaml', 'yaml', null, 0],
  ])('reads %s as %s, from the folder of the flow', async (path, format, data, size_bytes) => {
    const resolved_path = join(flow, path);
    expect(await load(path)).toEqual({ data, metadata: { resolved_path, size_bytes, format } });
  });

  it('reads in the format that is asked for', async () => {
    expect(await load('a.json', 'text')).toMatchObject({ data: '{"n": [1, null]}', metadata: { format: 'text' } });
    expect(await load('e.md', 'yaml')).toMatchObject({ data: null });
  });

  it.each([
    ['bad.json', undefined, '"bad.json" is not read as json: '],
    ['bad.csv', undefined, 'line 2 has 1 cells, but the first line names 2 columns'],
    ['twice.csv', undefined, 'two columns have the name "a"'],
    [
      'deep.yaml',
      undefined,
      '"deep.yaml" is not read as yaml: it is nested more than 600 levels deep at line 1, column 601',
    ],
    ['bad.yaml', undefined, 'at line 2, column 5'],
    ['large.yaml', undefined, 'it has the number Infinity, which JSON has not'],
    ['e.md', 'csv', undefined],
    ['latin.txt', undefined, 'is not read as text'],
    ['a.json', 'xml', 'one of "json", "yaml", "csv", "text"'],
  ])('says what is wrong with %s', async (path, format, message) => {
    if (message === undefined) return expect(await load(path, format)).toMatchObject({ data: [] });
    await expect(load(path, format)).rejects.toMatchObject({
      name: 'INVALID_INPUT',
      message: expect.stringContaining(message),
    });
  });

  it.each(['../private.txt', 'data/../../private.txt', '..', 'link.txt'])(
    'refuses %s, which leads out of the folder',
    async (path) => {
      await expect(load(path)).rejects.toMatchObject({
        name: 'INVALID_INPUT',
        message: expect.stringContaining("leads out of the folder of the flow's file"),
      });
    },
  );

  it.each(['pipe', 'data/link-to-pipe'])('refuses what is no regular file and would never end (%s)', async (path) => {
    await expect(load(path, 'text')).rejects.toMatchObject({
      name: 'RESOURCE_UNAVAILABLE',
      message: expect.stringContaining('cannot be read (it is no regular file)'),
    });
  });

  it('refuses an absolute path, even one into the folder', async () => {
    await expect(load(join(flow, 'e.md'))).rejects.toMatchObject({ name: 'INVALID_INPUT' });
  });

  it.each([
    ['nowhere.txt', 'ENOENT'],
    ['data', 'EISDIR'],
  ])('says where it looked for %s', async (path, why) => {
    await expect(load(path)).rejects.toMatchObject({
      name: 'RESOURCE_UNAVAILABLE',
      message: expect.stringContaining(`"${path}" cannot be read (${why}): it is looked for at ${join(flow, path)}`),
    });
  });
});

describe('deployed', () => {
  it('reads what ships with the function, and says of other files that they do not', async () => {
    vi.stubEnv('LAMBDA_TASK_ROOT', home);
    vi.stubEnv('STEPFLOW_FILES', 'flow');
    expect(await invoke('/builtin/load_file', { path: 'e.md' })).toMatchObject({ data: '# Title\n' });
    await expect(invoke('/builtin/load_file', { path: 'given-at-run-time.csv' })).rejects.toMatchObject({
      name: 'INVALID_INPUT',
      message: expect.stringMatching(
        /did not ship with this function: .*; write the path out, or give s3:\/\/bucket\/key/,
      ),
    });
  });
});

describe('an object of S3', () => {
  let s3: LoopbackServer;

  beforeAll(async () => {
    s3 = await serve(({ url = '' }, response) => {
      const path = new URL(url, 'http://s3').pathname;
      if (path === '/bucket/dir/a.json') response.end('{"n":1}');
      else response.writeHead(404).end('<Error><Code>NoSuchKey</Code><Message>none</Message></Error>');
    });
  });
  afterAll(() => s3.stop());

  const loadFromS3 = (path: string) => {
    vi.stubEnv('AWS_ENDPOINT_URL', s3.url);
    vi.stubEnv('AWS_REGION', 'us-east-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
    return load(path);
  };

  it('is read by its address', async () => {
    expect(await loadFromS3('s3://bucket/dir/a.json')).toEqual({
      data: { n: 1 },
      metadata: { resolved_path: 's3://bucket/dir/a.json', size_bytes: 7, format: 'json' },
    });
  });

  it('that is not there is RESOURCE_UNAVAILABLE, an address that is none INVALID_INPUT', async () => {
    await expect(loadFromS3('s3://bucket/b.json')).rejects.toMatchObject({
      name: 'RESOURCE_UNAVAILABLE',
      message: expect.stringMatching(/"s3:\/\/bucket\/b\.json" cannot be read \(NoSuchKey: none\); .*s3:GetObject/),
    });
    await expect(loadFromS3('s3://bucket')).rejects.toMatchObject({ name: 'INVALID_INPUT' });
  });
});
