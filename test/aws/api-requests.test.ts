import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  ExecutionLimitExceeded,
  GetExecutionHistoryCommand,
  InvalidArn,
  InvalidExecutionInput,
  InvalidName,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
  StartSyncExecutionCommand,
  StateMachineDeleting,
  StateMachineDoesNotExist,
} from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { problemType } from '../../lambdas/_system/problem-document.ts';
import type { ApiEvent } from '../../lambdas/_system/request.ts';
import { ROUTE_NAMES, ROUTES } from '../../lambdas/_system/routes.ts';
import { runs, SEED } from '../chance.ts';
import { post, read } from './api-events.ts';
import { testApi } from './api-services.ts';

const sfn = mockClient(SFNClient);
const { handler, logged } = testApi();

beforeEach(() => {
  sfn.reset();
  logged.length = 0;
});

/** The bytes of a response that a function may give. */
const LARGEST_RESPONSE = 6 * 1024 * 1024;

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

describe('a body', () => {
  beforeEach(() => {
    sfn.on(StartExecutionCommand).callsFake(({ name }) => ({ executionArn: `arn:${name}` }));
  });

  it.each([
    [
      'bytes that are no UTF-8',
      { body: base64(Uint8Array.of(0x22, 0xff, 0x22)), isBase64Encoded: true },
      /not text in UTF-8/,
    ],
    ['no Base64', { body: '{"id": "ada"}', isBase64Encoded: true }, /not text in UTF-8/],
    ['a zero', { body: '\0' }, /not JSON/],
    ['too many levels', { body: `${'['.repeat(200_000)}${']'.repeat(200_000)}` }, /601|600/],
  ])('of %s is refused', async (_, body, message) => {
    const answer = read(await handler({ ...post('reports/daily', {}), ...body }));
    expect([answer.statusCode, answer.body.error.code]).toEqual([400, 'INVALID_INPUT']);
    expect(answer.body.error.message).toMatch(message);
  });

  it.each([
    ['a byte order mark', { body: '\ufeff{"id":"ada"}' }],
    ['one in bytes', { body: base64(Buffer.from('\ufeff{"id":"ada"}')), isBase64Encoded: true }],
    ['a name twice, of which the last counts', { body: '{"id":"alan","id":"ada"}' }],
  ])('with %s is read', async (_, body) => {
    await handler({ ...post('greet', {}), ...body });
    expect(sfn.call(0).args[0].input).toMatchObject({ input: '{"id":"ada"}' });
  });

  it('keeps a field called __proto__, which travels escaped', async () => {
    await handler({ ...post('greet', {}), body: '{"id":"ada","__proto__":{"id":7}}' });
    expect(sfn.call(0).args[0].input).toMatchObject({ input: '{"id":"ada","$__proto__":{"id":7}}' });
  });

  it('that is wrong all over is refused with some of it, so that the answer can be sent', async () => {
    const wrong = Array.from({ length: 90_000 }, () => ({}));
    const listed = testApi();
    const body = JSON.stringify({ id: wrong });
    const answer = read(await listed.handler({ ...post('greet', {}), body }));
    expect(answer.statusCode).toBe(400);
    expect(answer.body.error.message.length).toBeLessThan(5000);
  });

  it('with a name of megabytes is refused in an answer that can be sent', async () => {
    const body = JSON.stringify({ id: { ['k'.repeat(900_000)]: 1 } });
    const answer = await handler({ ...post('greet', {}), body });
    expect(answer.statusCode).toBe(400);
    expect(Buffer.byteLength(answer.body ?? '')).toBeLessThan(LARGEST_RESPONSE);
  });
});

describe('a fault of AWS that a request may bring about', () => {
  const fault = { message: 'by AWS', $metadata: {} };

  it.each([
    [new InvalidExecutionInput(fault), 400, 'INVALID_INPUT'],
    [new InvalidName(fault), 400, 'INVALID_REQUEST'],
    [new InvalidArn(fault), 400, 'INVALID_REQUEST'],
    [new ExecutionLimitExceeded(fault), 429, 'TOO_MANY_REQUESTS'],
    [new StateMachineDeleting(fault), 503, 'RESOURCE_UNAVAILABLE'],
    [new StateMachineDoesNotExist(fault), 503, 'RESOURCE_UNAVAILABLE'],
    [
      Object.assign(new Error('down'), { name: 'InternalServerException', $fault: 'server' }),
      503,
      'RESOURCE_UNAVAILABLE',
    ],
  ])('is no fault of ours: %s', async (error, status, code) => {
    sfn.on(StartExecutionCommand).rejects(error);
    const answer = read(await handler(post('greet', { id: 'ada' })));
    expect([answer.statusCode, answer.body.error.code]).toEqual([status, code]);
  });
});

/** Text that is like what is wanted, or like nothing. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 100 }),
  fc.constantFrom(
    '',
    ' ',
    'a',
    'a-1',
    '%',
    '%00',
    '%zz',
    '%2e%2e',
    '..',
    '\0',
    '\ud800',
    'x'.repeat(81),
    'é',
    '/',
    'a/b',
  ),
  fc.string().map(encodeURIComponent),
);

const flowName = fc.oneof({ weight: 4, arbitrary: fc.constantFrom('greet', 'quick', 'reports/daily') }, text);

const body = fc.oneof(
  fc.json(),
  fc.json({ maxDepth: 1 }).map((id) => `{"id": ${id}}`),
  fc.constantFrom(
    '{"id": "ada"}',
    '{"id":"a","id":"b"}',
    '{"__proto__":{"id":"a"}}',
    '{"id":"\\ud800"}',
    '{"id": 9007199254740993}',
    '1e999',
    '',
  ),
  text,
  fc.tuple(fc.nat(5000), fc.constantFrom('[', '{"a":', '[[],')).map(([depth, open]) => open.repeat(depth)),
  fc.nat(5000).map((depth) => `${'['.repeat(depth)}${']'.repeat(depth)}`),
  fc.uint8Array().map(base64),
);

const headers = fc.oneof(
  fc.constant({}),
  fc.record({ 'idempotency-key': text }),
  fc.record({ 'Idempotency-Key': text, prefer: text }),
  fc.dictionary(text, text),
);

const request: fc.Arbitrary<ApiEvent> = fc.oneof(
  fc.record({
    routeKey: fc.constant('POST /flows/{name}/executions'),
    pathParameters: fc.record({ name: flowName }),
    headers,
    body,
    isBase64Encoded: fc.boolean(),
  }),
  fc.record({
    routeKey: fc.constant('GET /flows/{name}/executions/{id}'),
    pathParameters: fc.record({ name: flowName, id: text }),
    headers,
  }),
  fc.record({
    routeKey: fc.constantFrom('POST /flows/{path+}', 'GET /flows/{path+}'),
    pathParameters: fc.record({ path: fc.tuple(flowName, text).map(([name, id]) => `${name}/executions/${id}`) }),
    headers,
    body,
    isBase64Encoded: fc.boolean(),
  }),
  fc.record({
    routeKey: fc.constantFrom(...ROUTE_NAMES.map((name) => `${ROUTES[name].method} ${ROUTES[name].path}`)),
    pathParameters: fc.record({ name: flowName, id: text }),
    queryStringParameters: fc.dictionary(fc.constantFrom('wait', 'limit', 'token', 'status', 'reason'), text),
    headers,
  }),
  fc.record({ routeKey: text, pathParameters: fc.dictionary(text, text) }),
  fc.record({ routeKey: fc.constantFrom('POST /flows/{name}/executions', 'GET /flows/{path+}') }),
);

const details = { message: 'by AWS', $metadata: {} };

const throttled = Object.assign(new Error('slow down'), { name: 'ThrottlingException' });

/** How Step Functions may refuse a start, but for faults of ours such as a missing permission. */
const startFailure = fc.constantFrom(
  new ExecutionAlreadyExists(details),
  new ExecutionLimitExceeded(details),
  new InvalidArn(details),
  new InvalidExecutionInput(details),
  new InvalidName(details),
  new StateMachineDoesNotExist(details),
  throttled,
);

/** How it may refuse to describe an execution. */
const askFailure = fc.constantFrom(new ExecutionDoesNotExist(details), new InvalidArn(details), throttled);

const described = fc.record(
  {
    status: fc.constantFrom('RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE'),
    input: fc.json(),
    output: fc.json(),
    error: text,
    cause: text,
  },
  { requiredKeys: ['status', 'input', 'output'] },
);

describe('whatever a caller sends', () => {
  it('gets an answer in JSON, and never "500"', async () => {
    await fc.assert(
      fc.asyncProperty(
        request,
        fc.option(startFailure),
        fc.option(askFailure),
        described,
        async (event, start, ask, found) => {
          sfn.reset();
          sfn.on(ListExecutionsCommand).resolves({ executions: [] });
          sfn.on(GetExecutionHistoryCommand).resolves({ events: [] });
          const executionArn = 'arn:aws:states:eu-west-1:123456789012:execution:greet-X:a';
          if (start) sfn.on(StartExecutionCommand).rejects(start);
          else sfn.on(StartExecutionCommand).resolves({ executionArn });
          // An Express flow starts as often as it is asked to.
          if (start && !(start instanceof ExecutionAlreadyExists)) sfn.on(StartSyncExecutionCommand).rejects(start);
          else sfn.on(StartSyncExecutionCommand).resolves({ executionArn, status: 'SUCCEEDED', output: found.output });
          if (ask) sfn.on(DescribeExecutionCommand).rejects(ask);
          else sfn.on(DescribeExecutionCommand).resolves({ ...found, executionArn } as object);
          const { statusCode = 0, headers: sent, body: whole } = read(await handler(event));
          expect(statusCode).not.toBe(500);
          const isRefused = statusCode >= 400;
          expect(sent['content-type']).toBe(isRefused ? 'application/problem+json' : 'application/json');
          expect(whole).toEqual(
            isRefused
              ? expect.objectContaining({
                  ...{ status: statusCode, type: problemType(whole.code), title: expect.any(String) },
                  ...{ detail: whole.message, requestId: expect.any(String) },
                  error: expect.objectContaining({ code: whole.code, message: whole.message }),
                })
              : 'openapi' in whole || 'flows' in whole || 'executions' in whole || 'examples' in whole
                ? expect.any(Object)
                : expect.objectContaining({
                    id: expect.any(String),
                    flow: expect.any(String),
                    status: expect.any(String),
                  }),
          );
        },
      ),
      { seed: SEED, numRuns: runs(400) },
    );
  });
});
