import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Json } from '../../lib/runtime/index.ts';

/** A request to start a flow, as API Gateway hands it to the function. */
export const post = (name: string, input: Json, headers: { [name: string]: string } = {}): APIGatewayProxyEventV2 => ({
  ...request('POST /flows/{name}/executions', { name }),
  headers,
  body: JSON.stringify(input),
});

/** What Lambda gives a function besides the event: here one that has just begun. */
export const CONTEXT = { awsRequestId: 'call', getRemainingTimeInMillis: () => 29_000 };

/** A request for an execution. */
export const get = (name: string, id: string): APIGatewayProxyEventV2 =>
  request('GET /flows/{name}/executions/{id}', { name, id });

/** An answer with its body parsed. */
export const read = ({ statusCode, headers = {}, body = '' }: APIGatewayProxyStructuredResultV2) => ({
  statusCode,
  headers,
  body: JSON.parse(body),
});

/** A request, as API Gateway hands it to the function. */
export function request(routeKey: string, pathParameters: { [name: string]: string }): APIGatewayProxyEventV2 {
  const [method = '', path = ''] = routeKey.split(' ');
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: '',
    headers: {},
    pathParameters,
    isBase64Encoded: false,
    requestContext: {
      accountId: '123456789012',
      apiId: 'api',
      domainName: 'api.execute-api.eu-west-1.amazonaws.com',
      domainPrefix: 'api',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' },
      requestId: 'request',
      routeKey,
      stage: '$default',
      time: '01/Jan/2026:00:00:00 +0000',
      timeEpoch: 1767225600000,
    },
  };
}
