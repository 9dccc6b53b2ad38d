import { DescribeExecutionCommand, ExecutionDoesNotExist, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { get, post, read } from './api-events.ts';
import { testApi } from './api-services.ts';

const sfn = mockClient(SFNClient);
const { handler } = testApi();

beforeEach(() => sfn.reset());

describe('a problem document', () => {
  it('has type, title, status and detail, and what clients read before', async () => {
    sfn.on(DescribeExecutionCommand).rejects(new ExecutionDoesNotExist({ message: 'no', $metadata: {} }));
    const { statusCode, headers, body } = read(await handler(get('greet', 'a')));
    const message = 'Flow "greet" has no execution "a"; AWS forgets an execution 90 days after its end';
    expect([statusCode, headers['content-type']]).toEqual([404, 'application/problem+json']);
    expect(body).toEqual({
      ...{ type: '/openapi.json#/components/responses/EXECUTION_NOT_FOUND', title: 'The flow has no such execution' },
      ...{ status: 404, detail: message, code: 'EXECUTION_NOT_FOUND', message, requestId: 'request' },
      place: { in: 'path', name: 'id' },
      error: { code: 'EXECUTION_NOT_FOUND', message },
    });
  });

  it('has the place in a body that does not fit, and all diagnostics', async () => {
    const { body } = read(await handler(post('greet', { id: 7 })));
    expect(body).toMatchObject({ code: 'INVALID_INPUT', place: { in: 'body', line: 1, column: 7 } });
    expect(body.diagnostics).toEqual(body.error.diagnostics);
    expect(body.diagnostics).toHaveLength(1);
  });

  it.each([
    ['a body that is no JSON', { body: '{' }, { in: 'body' }],
    ['a query parameter', { queryStringParameters: { wait: 'x' } }, { in: 'query', name: 'wait' }],
    ['a header', { headers: { 'Idempotency-Key': ' ' } }, { in: 'header', name: 'idempotency-key' }],
    ['the path', { pathParameters: { name: 'great' } }, { in: 'path', name: 'name' }],
  ])('has the place in %s', async (_, change, place) => {
    const { body } = read(await handler({ ...post('greet', { id: 'ada' }), ...change }));
    expect(body.place).toEqual(place);
  });

  it('says when to come again', async () => {
    sfn.on(StartExecutionCommand).rejects(Object.assign(new Error('slow down'), { name: 'ThrottlingException' }));
    const { headers } = read(await handler(post('greet', { id: 'ada' })));
    expect(headers).toEqual({ 'content-type': 'application/problem+json', 'retry-after': '5' });
  });
});
