import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { isPrivate } from '../../lambdas/builtin/_public-hosts.ts';
import { type LoopbackServer, serve, withDeafPort } from '../loopback.ts';
import { invoke } from './invoke.ts';

const COMPRESS: { readonly [encoding: string]: (text: string) => Buffer } = {
  gzip: gzipSync,
  deflate: deflateSync,
  br: brotliCompressSync,
};

let server: LoopbackServer;
let other: LoopbackServer;
let origin: string;

const ROUTES: { readonly [path: string]: (request: IncomingMessage, response: ServerResponse) => unknown } = {
  '/json': (_, response) => response.setHeader('content-type', 'application/json; charset=utf-8').end('{"a":[1,null]}'),
  '/problem': (_, response) =>
    response.writeHead(404, { 'content-type': 'application/problem+json' }).end('{"title":"gone"}'),
  '/text': (_, response) => response.setHeader('content-type', 'text/plain').end('{"not":"parsed"}'),
  '/liar': (_, response) => response.setHeader('content-type', 'application/json').end('<html>'),
  '/empty': (_, response) => response.writeHead(204).end(),
  '/moved': (_, response) => response.writeHead(302, { location: '/json' }).end(),
  '/echo': async (request, response) => {
    const body = await text(request);
    const { method, url, headers } = request;
    const seen = { method, url, body, type: headers['content-type'] ?? null, custom: headers['x-custom'] ?? null };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(seen));
  },
  '/silent': () => undefined,
  '/endless': (_, response) => {
    const more = (): unknown => response.destroyed || response.write('x'.repeat(65_536), () => setImmediate(more));
    more();
  },
  '/bomb': (_, response) => response.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.alloc(10_000_000))),
  '/compressed': (request, response) => {
    const encoding = new URL(request.url ?? '', 'http://x').search.slice(1);
    response.setHeader('content-type', 'application/json').setHeader('content-encoding', encoding);
    response.end(COMPRESS[encoding]?.('[1,2,3]'));
  },
  '/redirect': (request, response) => {
    const query = new URL(request.url ?? '', 'http://x').searchParams;
    response.writeHead(Number(query.get('status') ?? 302), { location: query.get('to') ?? '' }).end();
  },
  '/circle': (_, response) => response.writeHead(302, { location: '/circle' }).end(),
  '/headers': async (request, response) => {
    const { method, headers } = request;
    const seen = { method, headers, body: await text(request) };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(seen));
  },
  '/cut': (_, response) => response.writeHead(200, { 'content-length': '100' }).write('half', () => response.destroy()),
};

beforeAll(async () => {
  server = await serve((request, response) =>
    ROUTES[new URL(request.url ?? '', 'http://x').pathname]?.(request, response),
  );
  origin = server.url;
  other = await serve((request, response) => ROUTES['/headers']?.(request, response));
});

afterAll(() => Promise.all([server.stop(), other.stop()]));
afterEach(() => vi.unstubAllEnvs());

describe('http', () => {
  it.each([
    ['/json', 200, { a: [1, null] }],
    ['/problem', 404, { title: 'gone' }],
    ['/text', 200, '{"not":"parsed"}'],
    ['/liar', 200, '<html>'],
    ['/empty', 204, null],
    ['/moved', 200, { a: [1, null] }],
  ])('answers %s with status %d and its body', async (path, status, body) => {
    const answer = await invoke('/http/get', { url: origin + path });
    expect(answer).toMatchObject({ status, body, headers: { date: expect.any(String) } });
  });

  it('sends method, headers, query and a JSON body', async () => {
    const answer = await invoke('/builtin/http', {
      url: `${origin}/echo?x=1`,
      method: 'PUT',
      headers: { 'X-Custom': 'yes' },
      query: { page: 2, tag: ['a', 'b c'], all: true },
      body: { n: 1 },
    });
    expect(answer).toMatchObject({
      body: {
        method: 'PUT',
        url: '/echo?x=1&page=2&tag=a&tag=b+c&all=true',
        body: '{"n":1}',
        type: 'application/json',
        custom: 'yes',
      },
    });
  });

  it('sends text as it is, and keeps the content type it is given', async () => {
    const sent = { url: `${origin}/echo`, body: 'a,b', headers: { 'content-type': 'text/csv' } };
    expect(await invoke('/http/post', sent)).toMatchObject({ body: { method: 'POST', body: 'a,b', type: 'text/csv' } });
    const json = { url: `${origin}/echo`, body: [null], headers: { 'Content-Type': 'application/ld+json' } };
    expect(await invoke('/http/post', json)).toMatchObject({ body: { body: '[null]', type: 'application/ld+json' } });
  });

  it.each([
    ['/silent', 0.05, 'no answer in 0.05 s'],
    ['/cut', 30, 'failed: '],
  ])('is RESOURCE_UNAVAILABLE where %s gives no whole answer', async (path, timeout, why) => {
    await expect(invoke('/http/get', { url: origin + path, timeout })).rejects.toMatchObject({
      name: 'RESOURCE_UNAVAILABLE',
      message: expect.stringContaining(why),
    });
  });

  it('is RESOURCE_UNAVAILABLE with the reason where nobody listens', async () => {
    await withDeafPort(async (port) => {
      await expect(invoke('/http/get', { url: `http://127.0.0.1:${port}/` })).rejects.toMatchObject({
        name: 'RESOURCE_UNAVAILABLE',
        message: expect.stringMatching(/^GET http:.* failed: .*ECONNREFUSED/),
      });
    });
  });

  it.each(['/endless', '/bomb'])('is RESOURCE_UNAVAILABLE where %s gives more than it may', async (path) => {
    const sent = { url: origin + path, max_bytes: 100_000 };
    await expect(invoke('/http/get', sent)).rejects.toMatchObject({
      name: 'RESOURCE_UNAVAILABLE',
      message: expect.stringContaining('the answer is larger than max_bytes, which is 100000'),
    });
  });

  it('takes an answer of as many bytes as it may have', async () => {
    expect(await invoke('/http/get', { url: `${origin}/text`, max_bytes: 16 })).toMatchObject({ status: 200 });
    await expect(invoke('/http/get', { url: `${origin}/text`, max_bytes: 15 })).rejects.toThrow('max_bytes');
  });

  it.each(['gzip', 'deflate', 'br'])('reads what is compressed with %s', async (encoding) => {
    expect(await invoke('/http/get', { url: `${origin}/compressed?${encoding}` })).toMatchObject({ body: [1, 2, 3] });
  });

  it('refuses headers that there are none of', async () => {
    const sent = { url: `${origin}/json`, headers: { 'a b': 'c' } };
    await expect(invoke('/http/get', sent)).rejects.toMatchObject({ name: 'INVALID_INPUT' });
  });

  it('stops when nobody waits any more', async () => {
    const host = new AbortController();
    const waiting = invoke('/http/get', { url: `${origin}/silent` }, { signal: host.signal });
    host.abort(new Error('enough'));
    await expect(waiting).rejects.toMatchObject({ name: 'CANCELLED' });
  });

  it.each([
    [{ url: 'ftp://example.com/' }, 'an http or https URL'],
    [{ url: 'no url' }, 'an http or https URL'],
    [{ url: 'http://example.com/', method: 'BREW' }, 'one of "GET"'],
    [{ url: 'http://example.com/', body: 1 }, 'none with the methods GET and HEAD'],
  ])('refuses %j', async (input, wanted) => {
    await expect(invoke('/builtin/http', input)).rejects.toMatchObject({
      name: 'INVALID_INPUT',
      message: expect.stringContaining(wanted),
    });
  });
});

describe('a redirect', () => {
  const KEYS = { 'X-Api-Key': 'k', Authorization: 'Bearer t', Cookie: 'c=1', 'X-Anything': 'a', Accept: 'text/html' };
  const via = (to: string, status = 302): string =>
    `${origin}/redirect?${new URLSearchParams({ to, status: `${status}` })}`;

  it('takes all headers along on the same server', async () => {
    const answer = await invoke('/http/get', { url: via('/headers'), headers: KEYS });
    expect(answer).toMatchObject({
      body: { headers: { 'x-api-key': 'k', authorization: 'Bearer t', 'x-anything': 'a' } },
    });
  });

  it('takes no header to another server that may identify the caller', async () => {
    const { body } = JSON.parse(JSON.stringify(await invoke('/http/get', { url: via(other.url), headers: KEYS })));
    expect(Object.keys(body.headers).sort()).toEqual(['accept', 'accept-encoding', 'connection', 'host', 'user-agent']);
    expect(body.headers.accept).toBe('text/html');
  });

  it('takes a body along on the same server, and to no other', async () => {
    const sent = { body: { key: 'k' } };
    expect(await invoke('/http/post', { ...sent, url: via('/headers', 307) })).toMatchObject({
      body: { method: 'POST', body: '{"key":"k"}' },
    });
    expect(await invoke('/http/post', { ...sent, url: via(other.url, 307) })).toMatchObject({
      status: 307,
      headers: { location: other.url },
    });
    expect(await invoke('/http/post', { ...sent, url: via(other.url, 303) })).toMatchObject({
      body: { method: 'GET', body: '' },
    });
  });

  it('to what is not HTTP is not followed', async () => {
    await expect(invoke('/http/get', { url: via('file:///etc/passwd') })).rejects.toThrow('file:, which is not HTTP');
  });

  it('in a circle is RESOURCE_UNAVAILABLE', async () => {
    const circle = `${origin}/circle`;
    await expect(invoke('/http/get', { url: circle })).rejects.toMatchObject({
      name: 'RESOURCE_UNAVAILABLE',
      message: expect.stringContaining('redirected more than 20 times'),
    });
  });
});

describe('a deployed function', () => {
  const deploy = (hosts?: string): void => {
    vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'http');
    if (hosts !== undefined) vi.stubEnv('STEPFLOW_PRIVATE_HOSTS', hosts);
  };

  it.each([
    '127.0.0.1',
    'localhost',
    '[::1]',
    '0x7f.1',
    '2130706433',
    '169.254.169.254',
    '10.1.2.3',
    '[::ffff:10.0.0.1]',
  ])('asks no %s', async (host) => {
    deploy();
    await expect(invoke('/http/get', { url: `http://${host}:${new URL(origin).port}/json` })).rejects.toMatchObject({
      name: 'RESOURCE_UNAVAILABLE',
      message: expect.stringContaining('a private address, which a deployed function may only ask if'),
    });
  });

  it('follows no redirect to a private address', async () => {
    deploy(new URL(origin).hostname);
    const url = `${origin}/redirect?to=${encodeURIComponent('http://169.254.169.254/latest/meta-data')}`;
    await expect(invoke('/http/get', { url })).rejects.toThrow('169.254.169.254 is a private address');
  });

  it.each(['127.0.0.1', '*', 'a.internal 127.0.0.1'])('asks what it is allowed to (%s)', async (hosts) => {
    deploy(hosts);
    expect(await invoke('/http/get', { url: `${origin}/json` })).toMatchObject({ status: 200 });
  });

  it('takes the addresses of private networks for what they are, and others for public', () => {
    const octet = fc.nat(255);
    const networks = fc.constantFrom(
      '10.',
      '127.',
      '0.',
      '192.168.',
      '169.254.',
      '172.16.',
      '172.31.',
      '100.64.',
      '100.127.',
    );
    fc.assert(
      fc.property(networks, octet, octet, octet, (network, ...rest) => {
        const address = (network + rest.join('.')).split('.').slice(0, 4).join('.');
        expect(isPrivate(address)).toBe(true);
        expect(isPrivate(`::ffff:${address}`)).toBe(true);
      }),
    );
    for (const address of ['fd00::1', 'fe80::1', '::', '64:ff9b::7f00:1', '2002:7f00:1::'])
      expect(isPrivate(address)).toBe(true);
    for (const address of ['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111'])
      expect(isPrivate(address)).toBe(false);
  });
});
