import { type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { isPrivate, isTrusted, PrivateAddress, publicLookup } from './_public-hosts.ts';

/** One request on the wire. */
export interface Outgoing {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body?: string;
}

/** Its answer; the body is decompressed. */
export interface Incoming {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: Buffer;
}

/** What an answer may take. */
export interface Limits {
  /** Bytes of its body, decompressed. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** The most redirects that are followed. Source: the Fetch standard. */
const MAX_REDIRECTS = 20;

/** Sends a request and follows redirects. Rejects where there is no whole answer, or one that is larger than it may be. */
export async function exchange(request: Outgoing, limits: Limits): Promise<Incoming> {
  let latest = request;
  for (let followed = 0; followed <= MAX_REDIRECTS; followed += 1) {
    const answer = await sendOnce(latest, limits);
    const next = redirected(latest, answer);
    if (next === undefined) return answer;
    latest = next;
  }
  throw new Error(`it was redirected more than ${MAX_REDIRECTS} times`);
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** The request that a redirect asks for; undefined if the answer is no redirect, or one that is not followed. */
function redirected(request: Outgoing, { status, headers }: Incoming): Outgoing | undefined {
  const { location } = headers;
  if (!REDIRECTS.has(status) || location === undefined) return undefined;
  const url = new URL(location, request.url);
  if (!/^https?:$/.test(url.protocol)) throw new Error(`it was redirected to ${url.protocol}, which is not HTTP`);
  const turnsToGet = status === 303 ? request.method !== 'HEAD' : status < 303 && request.method === 'POST';
  const isElsewhere = !isSameOrigin(request.url, url);
  // What is meant for one server is not handed on to another: the caller sees where it should have gone.
  if (isElsewhere && !turnsToGet && request.body !== undefined) return undefined;
  const kept = isElsewhere ? only(request.headers, HARMLESS) : new Headers(request.headers);
  if (!turnsToGet) return { ...request, url, headers: kept };
  for (const name of [...kept.keys()]) if (name.startsWith('content-')) kept.delete(name);
  return { url, headers: kept, method: 'GET' };
}

/** The same server, or the same one by HTTPS rather than HTTP. */
function isSameOrigin(from: URL, to: URL): boolean {
  const isUpgrade = from.protocol === 'http:' && to.protocol === 'https:' && from.port === '' && to.port === '';
  return from.origin === to.origin || (isUpgrade && from.hostname === to.hostname);
}

/** Any other header may identify the caller: keys have many names. */
const HARMLESS: ReadonlySet<string> = new Set(['accept', 'accept-encoding', 'accept-language', 'user-agent']);

const only = (headers: Headers, names: ReadonlySet<string>): Headers =>
  new Headers([...headers].filter(([name]) => names.has(name)));

async function sendOnce(request: Outgoing, { maxBytes, signal }: Limits): Promise<Incoming> {
  const response = await responseOf(request, signal);
  const body = request.method === 'HEAD' ? Buffer.alloc(0) : await bodyOf(response, maxBytes);
  return { status: response.statusCode ?? 0, headers: joinedHeaders(response.headers), body };
}

const DEFAULT_HEADERS = { accept: '*/*', 'accept-encoding': 'gzip, deflate, br', 'user-agent': 'stepflow' };

/** Of the connection itself, which is not the caller's. */
const OWN_HEADERS: ReadonlySet<string> = new Set(['connection', 'content-length', 'transfer-encoding']);

function responseOf({ url, method, headers, body }: Outgoing, signal: AbortSignal): Promise<IncomingMessage> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const trusted = isTrusted(host);
  if (!trusted && isIP(host) !== 0 && isPrivate(host)) throw new PrivateAddress(host, host);
  const given = [...headers].filter(([name]) => !OWN_HEADERS.has(name));
  const options = {
    method,
    headers: { ...DEFAULT_HEADERS, ...Object.fromEntries(given) },
    signal,
    // A connection that is kept may be dead when the function is thawed.
    agent: false as const,
    ...(trusted ? {} : { lookup: publicLookup }),
  };
  return new Promise((resolve, reject) => {
    const sent = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, options, resolve);
    sent.on('error', reject);
    sent.end(body);
  });
}

async function bodyOf(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of decompressed(response)) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new Error(`the answer is larger than max_bytes, which is ${maxBytes}`);
      chunks.push(chunk);
    }
  } finally {
    response.destroy();
  }
  return Buffer.concat(chunks);
}

const DECOMPRESSORS: { readonly [encoding: string]: () => NodeJS.ReadWriteStream & Readable } = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

function decompressed(response: IncomingMessage): Readable {
  const encodings = (response.headers['content-encoding'] ?? '').toLowerCase().split(',');
  return encodings.reduceRight<Readable>((stream, encoding) => {
    const name = encoding.trim();
    const decompressor = Object.hasOwn(DECOMPRESSORS, name) ? DECOMPRESSORS[name]?.() : undefined;
    if (!decompressor) return stream;
    stream.on('error', (error) => decompressor.destroy(error));
    return stream.pipe(decompressor);
  }, response);
}

const joinedHeaders = (headers: IncomingHttpHeaders): Incoming['headers'] =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, [value].flat().join(', ')]],
    ),
  );
