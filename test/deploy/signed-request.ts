import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Emulator } from './emulator.ts';

/** A request to the deployed HTTP API. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly query?: { readonly [name: string]: string };
  readonly body?: unknown;
  readonly headers?: { readonly [name: string]: string };
}

/** An answer; the body is JSON. */
export interface ApiAnswer {
  readonly status: number | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: tests read what they expect in the body
  readonly body: any;
}

const signer = new SignatureV4({
  service: 'execute-api',
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  sha256: Sha256,
});

/** Sends a request to the API at `url`, signed with Signature Version 4. */
export async function signed(
  emulator: Emulator,
  url: string,
  { method, path, query = {}, body, headers }: ApiRequest,
): Promise<ApiAnswer> {
  const { host, hostname } = new URL(url);
  const message = {
    method,
    path,
    query: { ...query },
    protocol: 'http:',
    hostname,
    headers: { ...headers, host, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  };
  const sent = await signer.sign(message);
  const search = new URLSearchParams(query).toString();
  return send(emulator, { ...sent, path: search === '' ? path : `${path}?${search}` });
}

/** Sends a request without a signature. */
export const unsigned = (emulator: Emulator, url: string, { method, path, body }: ApiRequest): Promise<ApiAnswer> =>
  send(emulator, {
    method,
    path,
    headers: { host: new URL(url).host },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });

interface Message {
  readonly method: string;
  readonly path: string;
  readonly headers: { readonly [name: string]: string };
  readonly body?: string;
}

/**
 * The API's host name has no address here: the emulator finds the API by the Host header. Each request has a new
 * connection, since an idle one may just be closing.
 */
async function send({ port }: Emulator, { method, path, headers, body }: Message): Promise<ApiAnswer> {
  const sent = request({ host: '127.0.0.1', port, method, path, headers, agent: false });
  sent.end(body);
  const [answer]: IncomingMessage[] = (await once(sent, 'response')) as IncomingMessage[];
  return { status: answer?.statusCode, body: answer && (await json(answer)) };
}
