import type { Diagnostic } from '../../lib/diagnostics/diagnostics.ts';
import type { Problem } from '../../lib/executions/problem.ts';
import { LARGEST_ANSWER } from './largest-answer.ts';
import { type ApiCode, STATUS, TITLES } from './status.ts';

/** The part of a request that cannot be taken. */
export interface ProblemPlace {
  readonly in: 'path' | 'query' | 'header' | 'body';
  /** The name of the parameter or header. */
  readonly name?: string;
  /** In the body; both count from 1. */
  readonly line?: number;
  readonly column?: number;
}

/** A problem document. Source: "Problem Details for HTTP APIs", RFC 9457. */
export interface ProblemDocument {
  /** Where the OpenAPI document of this API describes it. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ApiCode;
  /** The same as `detail`. */
  readonly message: string;
  readonly requestId: string;
  readonly place?: ProblemPlace;
  readonly diagnostics?: readonly Diagnostic[];
  /** As errors are in the results of flows. */
  readonly error: { readonly code: ApiCode; readonly message: string; readonly diagnostics?: readonly Diagnostic[] };
}

/** The URI of a kind of problem, from the API's own address. */
export const problemType = (code: ApiCode): string => `/openapi.json#/components/responses/${code}`;

/** Characters of a message, which may quote the request. */
const LONGEST_MESSAGE = 4096;

/** The answer to a request that cannot be answered as asked. */
export function problemAnswer(problem: Problem<ApiCode>, requestId: string) {
  const { diagnostics, retryAfter, code } = problem;
  const headers = {
    'content-type': 'application/problem+json',
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
  };
  const brief = documentOf(problem, requestId);
  const full = diagnostics ? { ...brief, diagnostics, error: { ...brief.error, diagnostics } } : brief;
  const body = JSON.stringify(full);
  const fits = Buffer.byteLength(body) <= LARGEST_ANSWER;
  return { statusCode: STATUS[code], headers, body: fits ? body : JSON.stringify(brief) };
}

function documentOf(problem: Problem<ApiCode>, requestId: string): ProblemDocument {
  const { code, message: whole } = problem;
  const message = whole.length <= LONGEST_MESSAGE ? whole : `${whole.slice(0, LONGEST_MESSAGE)}…`;
  const place = placeOf(problem);
  return {
    ...{ type: problemType(code), title: TITLES[code], status: STATUS[code], detail: message },
    ...{ code, message, requestId },
    ...(place && { place }),
    error: { code, message },
  };
}

/** What is no parameter of the query. */
const PLACES: { readonly [parameter: string]: ProblemPlace } = {
  flow: { in: 'path', name: 'name' },
  id: { in: 'path', name: 'id' },
  idempotencyKey: { in: 'header', name: 'idempotency-key' },
  'idempotency-key': { in: 'header', name: 'idempotency-key' },
  prefer: { in: 'header', name: 'prefer' },
  step: { in: 'path', name: 'step' },
  body: { in: 'body' },
};

function placeOf({ code, parameter, diagnostics }: Problem<ApiCode>): ProblemPlace | undefined {
  if (parameter !== undefined) return PLACES[parameter] ?? { in: 'query', name: parameter };
  const [first] = diagnostics ?? [];
  if (first) return { in: 'body', line: first.line, column: first.column };
  return code === 'INVALID_INPUT' || code === 'INPUT_TOO_LARGE' ? { in: 'body' } : undefined;
}
