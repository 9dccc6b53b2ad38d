import * as z from 'zod';
import { QUOTAS } from '../../lib/protocol/quotas.ts';
import { type Context, FlowError, type Json } from '../../lib/runtime/index.ts';
import { anyValue } from './_any.ts';

const scalar = z.union([z.string(), z.number(), z.boolean()]);

const DEFAULT_TIMEOUT_S = 30;

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

/** Sends a request. Any status is an answer; a network that gives none is RESOURCE_UNAVAILABLE. */
export async function send(request: HttpRequest, { signal }: Context): Promise<z.input<typeof responseShape>> {
  const url = withQuery(request);
  const content = encode(request);
  const late = AbortSignal.timeout(request.timeout * 1000);
  try {
    const response = await fetch(url, { method: request.method, ...content, signal: AbortSignal.any([signal, late]) });
    const { status, headers } = response;
    return { status, headers: Object.fromEntries(headers), body: decode(await response.text(), headers) };
  } catch (error) {
    signal.throwIfAborted();
    throw unavailable(request, late.aborted ? `no answer in ${request.timeout} s` : reasonOf(error), error);
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
  const sent = new Headers(headers);
  if (body === undefined) return { headers: sent };
  if (typeof body === 'string') return { headers: sent, body };
  if (!sent.has('content-type')) sent.set('content-type', 'application/json');
  return { headers: sent, body: JSON.stringify(body) };
}

function decode(text: string, headers: Headers): Json {
  if (text === '') return null;
  if (!/\bjson\b/i.test(headers.get('content-type') ?? '')) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text; // it calls itself JSON and is none: the text is the best there is
  }
}

/** `fetch` says only "fetch failed"; what failed is the cause, which may itself be several. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError) return reasonOf(error.errors[0]);
  return error.cause === undefined ? error.message : reasonOf(error.cause);
}

const unavailable = ({ method, url }: HttpRequest, why: string, cause: unknown): FlowError =>
  new FlowError('RESOURCE_UNAVAILABLE', `${method} ${url} failed: ${why}`, { cause });
