import type { ApiEvent } from './request.ts';

/** What a token says of the one whom it was given to, best first: a person reads it. Source: "ID Token", OpenID Connect Core 1.0, 2 and 5.1. */
const CLAIMS = ['email', 'preferred_username', 'username', 'cognito:username', 'name', 'sub'];

/** The keys under which a Lambda authorizer says who calls, best first. */
const CONTEXT = ['by', ...CLAIMS, 'principalId', 'user'];

/**
 * Who sends a request, as the API's authorizer knows them: the ARN of a principal of IAM, a claim of a JWT, or what a Lambda
 * authorizer says. Undefined where it says nothing. Source: "Working with AWS Lambda proxy integrations for HTTP APIs" and
 * "Control access to HTTP APIs", Amazon API Gateway developer guide.
 */
export function callerOf({ requestContext }: ApiEvent): string | undefined {
  const { iam, jwt, lambda } = requestContext?.authorizer ?? {};
  return textAt(iam, ['userArn']) ?? textAt(jwt?.claims, CLAIMS) ?? textAt(lambda, CONTEXT);
}

function textAt(values: object | null | undefined, keys: readonly string[]): string | undefined {
  const known = new Map<string, unknown>(Object.entries(values ?? {}));
  return keys.map((key) => known.get(key)).find((value): value is string => typeof value === 'string' && value !== '');
}
