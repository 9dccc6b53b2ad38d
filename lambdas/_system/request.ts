import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { Problem } from '../../lib/executions/problem.ts';

/** What is read of an event; the other fields are API Gateway's own. */
export type ApiEvent = Pick<APIGatewayProxyEventV2, 'routeKey'> &
  Partial<Pick<APIGatewayProxyEventV2, 'pathParameters' | 'headers' | 'body' | 'isBase64Encoded'>>;

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

/** The idempotency key of a request. @throws Problem for one that no client can have meant */
export function idempotencyKeyOf(event: ApiEvent): string | undefined {
  const key = headerOf(event, 'idempotency-key')?.trim();
  if (key === '') throw new Problem('INVALID_REQUEST', `The header Idempotency-Key is blank; ${KEY_REMEDY}`);
  // API Gateway joins the values of a repeated header with commas.
  if (key?.includes(',')) {
    throw new Problem(
      'INVALID_REQUEST',
      `The header Idempotency-Key has a comma (${JSON.stringify(key)}), as one that is sent twice has; ${KEY_REMEDY}`,
    );
  }
  return key;
}

const KEY_REMEDY = 'send one key without commas, or leave the header out';

/** Whether the client asks for an answer before the work is done. Source: "Prefer Header for HTTP", RFC 7240, 4.1. */
export const prefersAsync = (event: ApiEvent): boolean =>
  (headerOf(event, 'prefer') ?? '').split(/[,;]/).some((one) => one.trim().toLowerCase() === 'respond-async');

const headerOf = ({ headers }: ApiEvent, name: string): string | undefined =>
  Object.entries(headers ?? {}).find(([key]) => key.toLowerCase() === name)?.[1];
