import * as z from 'zod';
import { QUOTAS } from '../../lib/protocol/quotas.ts';
import { type Context, FlowError, type Json } from '../../lib/runtime/index.ts';
import { anyValue } from './_any.ts';
import { exchange } from './_http-exchange.ts';

const scalar = z.union([z.string(), z.number(), z.boolean()]);

const DEFAULT_TIMEOUT_S = 30;

/** Far below the memory of a function. */
const DEFAULT_MAX_BYTES = 50_000_000;

/** What every request takes. */
export const requestShape = {
  url: z.url({ protocol: /^https?$/, error: 'Invalid URL: expected an http or https URL' }),
  headers: z.record(z.string(), z.string()).default({}),
  query: z
    .record(z.string(), z.union([scalar, z.array(scalar)]))
    .default({})
    .describe('Added to the URL; a list repeats its name.'),
  timeout: z
    .number()
    .positive()
    .max(QUOTAS.functionSeconds)
    .default(DEFAULT_TIMEOUT_S)
    .describe('Seconds until the answer must be there.'),
  max_bytes: z
    .int()
    .positive()
    .default(DEFAULT_MAX_BYTES)
    .describe('The most bytes that the body of the answer may have, decompressed.'),
};

/** What a request may send. */
export const bodyShape = {
  body: anyValue.optional().describe('Text is sent as it is, anything else as JSON.'),
};

/** What every request gives. */
export const responseShape = z.object({
  status: z.int(),
  headers: z.record(z.string(), z.string()).describe('By lower-case name.'),
  body: anyValue.describe('JSON where the answer is JSON, null where it is empty, else text.'),
});

/** A request, parsed. */
export type HttpRequest = z.output<z.ZodObject<typeof requestShape & typeof bodyShape>> & { readonly method: string };

/**
 * Sends a request. Any status is an answer; a network that gives none, or one that is too large, is RESOURCE_UNAVAILABLE.
 * Headers and body are handed on to another server by no redirect.
 */
export async function send(request: HttpRequest, { signal }: Context): Promise<z.input<typeof responseShape>> {
  const { method, timeout, max_bytes: maxBytes } = request;
  const outgoing = { url: withQuery(request), method, ...encode(request) };
  const late = AbortSignal.timeout(timeout * 1000);
  try {
    const answer = await exchange(outgoing, { maxBytes, signal: AbortSignal.any([signal, late]) });
    return { ...answer, body: decode(new TextDecoder().decode(answer.body), answer.headers['content-type']) };
  } catch (error) {
    signal.throwIfAborted();
    throw unavailable(request, late.aborted ? `no answer in ${timeout} s` : reasonOf(error), error);
  }
}

function withQuery({ url, query }: HttpRequest): URL {
  const target = new URL(url);
  for (const [name, value] of Object.entries(query)) {
    for (const item of [value].flat()) target.searchParams.append(name, String(item));
  }
  return target;
}

function encode({ body, headers }: HttpRequest): { readonly headers: Headers; readonly body?: string } {
  const sent = headersOf(headers);
  if (body === undefined) return { headers: sent };
  if (typeof body === 'string') return { headers: sent, body };
  if (!sent.has('content-type')) sent.set('content-type', 'application/json');
  return { headers: sent, body: JSON.stringify(body) };
}

function headersOf(headers: HttpRequest['headers']): Headers {
  try {
    return new Headers(headers);
  } catch (error) {
    throw new FlowError('INVALID_INPUT', `the headers cannot be sent: ${reasonOf(error)}`, { cause: error });
  }
}

function decode(text: string, contentType = ''): Json {
  if (text === '') return null;
  if (!/\bjson\b/i.test(contentType)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text; // it calls itself JSON and is none: the text is the best there is
  }
}

/** What failed: where an error has a cause, which may itself be several, that says more. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError) return reasonOf(error.errors[0]);
  return error.cause === undefined ? error.message : reasonOf(error.cause);
}

const unavailable = ({ method, url }: HttpRequest, why: string, cause: unknown): FlowError =>
  new FlowError('RESOURCE_UNAVAILABLE', `${method} ${url} failed: ${why}`, { cause });
