import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type * as z from 'zod/mini';
import { Problem } from '../../lib/executions/problem.ts';
import type { Json } from '../../lib/runtime/index.ts';
import { type CheckedRequest, ROUTES, type Route, type RouteName } from './routes.ts';

/** What is read of an event; the other fields are API Gateway's own. */
export type ApiEvent = Pick<APIGatewayProxyEventV2, 'routeKey'> &
  Partial<
    Pick<APIGatewayProxyEventV2, 'pathParameters' | 'queryStringParameters' | 'headers' | 'body' | 'isBase64Encoded'>
  > & {
    readonly requestContext?: Pick<APIGatewayProxyEventV2['requestContext'], 'requestId'> & {
      /** What the authorizer says of the caller: the one that the API has. */
      readonly authorizer?: {
        readonly iam?: object | null;
        readonly jwt?: { readonly claims?: object } | null;
        readonly lambda?: object | null;
      };
    };
  };

/** Checks the query and the headers of a request as its route says. @throws Problem for what does not fit */
export function checkRequest<Name extends RouteName>(name: Name, event: ApiEvent): CheckedRequest<Name> {
  const { query, headers }: Route = ROUTES[name];
  const given = Object.fromEntries(
    Object.entries(event.headers ?? {}).map(([key, value]) => [key.toLowerCase(), value]),
  );
  return {
    query: checked(query, event.queryStringParameters ?? {}, 'query parameter'),
    headers: checked(headers, given, 'header'),
  } as CheckedRequest<Name>;
}

function checked(schema: z.ZodMiniObject, given: object, kind: 'query parameter' | 'header'): object {
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const parameter = String(issue?.path[0] ?? '');
  throw new Problem('INVALID_REQUEST', `The ${kind} ${JSON.stringify(parameter)} ${issue?.message}`, { parameter });
}

/** The body of a request that is no flow's input, as a JSON document; an empty one is an empty object. @throws Problem */
export function jsonBodyOf(event: ApiEvent): Json {
  const text = bodyOf(event);
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Problem('INVALID_REQUEST', `The body is no JSON document: ${why}`, { parameter: 'body' });
  }
}

/** Checks the body of a request as its route says. @throws Problem */
export function checkBody<T>(schema: z.ZodMiniType<T>, event: ApiEvent): T {
  const read = schema.safeParse(jsonBodyOf(event));
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const field = issue?.path.join('.') ?? '';
  const what = field === '' ? 'The body' : `The field ${JSON.stringify(field)} of the body`;
  throw new Problem('INVALID_REQUEST', `${what} ${issue?.message}`, { parameter: 'body' });
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** The text of a request's body, without a byte order mark. @throws Problem where its bytes are no text */
export function bodyOf(event: ApiEvent): string {
  const body = event.body ?? '';
  if (event.isBase64Encoded !== true) return body.replace(/^\ufeff/, '');
  if (!BASE64.test(body)) throw notText();
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(body, 'base64'));
  } catch {
    throw notText();
  }
}

const notText = (): Problem =>
  new Problem('INVALID_INPUT', "The body is not text in UTF-8; send the flow's input as a JSON document in UTF-8");

/** What a client prefers. Source: "Prefer Header for HTTP", RFC 7240, 4.1 and 4.3. */
export interface Preferences {
  /** Whether it wants an answer before the work is done. */
  readonly isAsync: boolean;
  /** The seconds that it would wait for the result. */
  readonly wait?: number;
}

/** Reads a Prefer header; what is not known there is ignored. */
export function preferencesIn(header = ''): Preferences {
  const all = header.split(/[,;]/).map((one) => one.trim().toLowerCase());
  const [, seconds] = all.map((one) => /^wait\s*=\s*"?(\d{1,9})"?$/.exec(one)).find((found) => found) ?? [];
  return { isAsync: all.includes('respond-async'), ...(seconds !== undefined && { wait: Number(seconds) }) };
}
