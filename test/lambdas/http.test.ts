import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LoopbackServer, serve, withDeafPort } from '../loopback.ts';
import { invoke } from './invoke.ts';

let server: LoopbackServer;
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
  '/cut': (_, response) => response.writeHead(200, { 'content-length': '100' }).write('half', () => response.destroy()),
};

beforeAll(async () => {
  server = await serve((request, response) =>
    ROUTES[new URL(request.url ?? '', 'http://x').pathname]?.(request, response),
  );
  origin = server.url;
});

afterAll(() => server.stop());

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
