import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../lib/runtime/index.ts';
import { get, post, read } from './api-events.ts';
import { BLOB, EXECUTION, MACHINE, READ_FIELDS, testApi } from './api-services.ts';

const sfn = mockClient(SFNClient);
const { handler, logged, stored, paused } = testApi();

/** A request to start the flow of a subfolder. */
const postInFolder = (body: Json) => ({
  ...post('', body),
  routeKey: 'POST /flows/{path+}',
  pathParameters: { path: 'reports/daily/executions' },
});

beforeEach(() => {
  sfn.reset();
  logged.length = 0;
  stored.length = 0;
  paused.length = 0;
});

describe('starting an execution', () => {
  beforeEach(() => {
    sfn
      .on(StartExecutionCommand)
      .callsFake(({ name }) => ({ executionArn: `${EXECUTION}:${name}`, startDate: new Date(0) }));
  });

  it('answers 202 with its id and where to ask for it', async () => {
    const { statusCode, headers, body } = read(await handler(post('greet', { id: 'ada' })));
    expect(statusCode).toBe(202);
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      flow: 'greet',
      status: 'RUNNING',
      execution: { id: `${EXECUTION}:${body.id}` },
    });
    expect(headers.location).toBe(`/flows/greet/executions/${body.id}`);
    expect(started()).toEqual({ stateMachineArn: `${MACHINE}:live`, name: body.id, input: '{"id":"ada"}' });
  });

  it('starts a flow of a subfolder, by its path', async () => {
    const event = postInFolder({});
    const { statusCode, headers, body } = read(await handler(event));
    expect(statusCode).toBe(202);
    expect(body.flow).toBe('reports/daily');
    expect(headers.location).toBe(`/flows/reports/daily/executions/${body.id}`);
    const nowhere = { ...event, pathParameters: { path: 'reports/daily' } };
    expect(read(await handler(nowhere)).body.error.code).toBe('ROUTE_NOT_FOUND');
  });

  it('escapes values of the input that look like markers', async () => {
    await handler(post('greet', { id: 'ada', note: { $skipped: true } }));
    expect(started().input).toBe('{"id":"ada","note":{"$$skipped":true}}');
  });

  it('reads a body in base64', async () => {
    const event = post('greet', { id: 'ada' });
    const body = Buffer.from(event.body ?? '').toString('base64');
    await handler({ ...event, body, isBase64Encoded: true });
    expect(started().input).toBe('{"id":"ada"}');
  });

  it('takes an empty body for an empty input', async () => {
    await handler({ ...post('reports/daily', null), body: '' });
    expect(started().input).toBe('{}');
  });

  it('names the execution by the idempotency key', async () => {
    const { body } = read(await handler(post('greet', { id: 'ada' }, { 'idempotency-key': 'order-7' })));
    expect(body.id).toBe('order-7');
    expect(started().name).toBe('order-7');
  });

  it('names it by the hash of a key that cannot be a name', async () => {
    const { body } = read(await handler(post('greet', { id: 'ada' }, { 'idempotency-key': 'order 7/ä' })));
    expect(body.id).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    ['', 'is blank'],
    [' \t', 'is blank'],
    ['a, b', 'is sent twice'],
  ])('refuses the key "%s"', async (key, why) => {
    const { statusCode, body } = read(await handler(post('greet', { id: 'ada' }, { 'idempotency-key': key })));
    expect([statusCode, body.error.code]).toEqual([400, 'INVALID_REQUEST']);
    expect(body.error.message).toContain(why);
    expect(sfn.calls()).toHaveLength(0);
  });

  it('refuses an input that does not fit the schema, with its place', async () => {
    const { statusCode, body } = read(await handler(post('greet', { id: 7 })));
    expect(statusCode).toBe(400);
    expect(body.error).toMatchObject({ code: 'INVALID_INPUT', diagnostics: [{ line: 1, column: 7 }] });
    expect(body.error.message).toMatch(/"id" is .*7.*, but a string is expected/);
    expect(sfn.calls()).toHaveLength(0);
  });

  it('refuses a body that is not JSON', async () => {
    const { statusCode, body } = read(await handler({ ...post('greet', {}), body: '{id: ada}' }));
    expect([statusCode, body.error.code]).toEqual([400, 'INVALID_INPUT']);
    expect(body.error.message).toContain('The body is not JSON');
  });

  it('puts into blobs what is large of an input, and no path that is read', async () => {
    const { statusCode } = read(await handler(post('greet', { id: 'x'.repeat(300_000), note: 'short' })));
    expect(statusCode).toBe(202);
    expect(stored).toEqual(['x'.repeat(300_000)]);
    const { input = '' } = sfn.commandCalls(StartExecutionCommand)[0]?.args[0].input ?? {};
    expect(JSON.parse(input)).toEqual({ id: { $blob: BLOB, blobType: 'data', size: 300_002 }, note: 'short' });
  });

  it('puts all of an input into a blob that is read as a whole and has too many fields, and leaves what is read beside it', async () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`field_${at}`, at]));
    const { statusCode } = read(await handler(post('greet', { id: 'ada', ...many })));
    expect(statusCode).toBe(202);
    expect(stored).toEqual([{ id: 'ada', ...many }]);
    expect(JSON.parse(started().input ?? '')).toMatchObject({ id: 'ada', $whole: { $blob: BLOB } });
  });

  it('refuses an input of which too much is read in parts', async () => {
    const { statusCode, body } = read(
      await handler(postInFolder(Object.fromEntries(READ_FIELDS.map((field) => [field, 'x'.repeat(1000)])))),
    );
    expect([statusCode, body.error.code]).toEqual([413, 'INPUT_TOO_LARGE']);
    expect(body.error.message).toContain('the flow reads so many parts of one map of its input');
  });

  it('answers 404 for an unknown flow and names the known', async () => {
    const { statusCode, body } = read(await handler(post('toString', {})));
    expect([statusCode, body.error.code]).toEqual([404, 'FLOW_NOT_FOUND']);
    expect(body.error.message).toBe('There is no flow "toString"; there are "greet", "reports/daily", "quick"');
  });
});

describe('starting an execution once more', () => {
  const again = { 'idempotency-key': 'order-7' };

  beforeEach(() => {
    sfn.on(StartExecutionCommand).rejects(new ExecutionAlreadyExists({ message: 'exists', $metadata: {} }));
    sfn.on(DescribeExecutionCommand).resolves({
      ...{ input: '{"id":"ada"}', status: 'SUCCEEDED', output: '{"outcome":"success","result":"hello"}' },
      ...{ executionArn: `${EXECUTION}:order-7`, startDate: new Date(1000), stopDate: new Date(3500) },
    });
  });

  it('answers with the first one for the same key and input: while it runs, as after a start', async () => {
    sfn
      .on(DescribeExecutionCommand)
      .resolves({ input: '{"id":"ada"}', status: 'RUNNING', executionArn: `${EXECUTION}:order-7` });
    const { statusCode, headers, body } = read(await handler(post('greet', { id: 'ada' }, again)));
    expect([statusCode, headers.location]).toEqual([202, '/flows/greet/executions/order-7']);
    expect(body).toEqual({
      id: 'order-7',
      flow: 'greet',
      status: 'RUNNING',
      execution: { id: `${EXECUTION}:order-7` },
    });
  });

  it('answers with its result once it has ended', async () => {
    const { statusCode, body } = read(await handler(post('greet', { id: 'ada' }, again)));
    expect(statusCode).toBe(200);
    expect(body).toEqual({
      ...{ id: 'order-7', flow: 'greet', status: 'SUCCEEDED', outcome: 'success', result: 'hello' },
      execution: { id: `${EXECUTION}:order-7`, durationMs: 2500 },
    });
  });

  it('answers with its failure, which no other start could mend', async () => {
    sfn
      .on(DescribeExecutionCommand)
      .resolves({ input: '{"id":"ada"}', status: 'FAILED', error: 'TIMEOUT', cause: 'slow' });
    const { statusCode, body } = read(await handler(post('greet', { id: 'ada' }, again)));
    expect([statusCode, body.status, body.outcome, body.error.code]).toEqual([200, 'FAILED', 'failed', 'TIMEOUT']);
  });

  it('waits until Step Functions knows the first one, which may have been started a moment ago', async () => {
    const unknown = new ExecutionDoesNotExist({ message: 'no', $metadata: {} });
    sfn
      .on(DescribeExecutionCommand)
      .rejectsOnce(unknown)
      .rejectsOnce(unknown)
      .resolves({ input: '{"id":"ada"}', status: 'RUNNING' });
    const { statusCode } = read(await handler(post('greet', { id: 'ada' }, again)));
    expect([statusCode, paused]).toEqual([202, [28_000, 100, 200]]);
  });

  it('says when to come again where Step Functions does not know it after all', async () => {
    sfn.on(DescribeExecutionCommand).rejects(new ExecutionDoesNotExist({ message: 'no', $metadata: {} }));
    const { statusCode, headers, body } = read(await handler(post('greet', { id: 'ada' }, again)));
    expect([statusCode, headers['retry-after'], body.error.code]).toEqual([503, '5', 'RESOURCE_UNAVAILABLE']);
    expect(body.error.message).toContain('send the request again');
  });

  it('takes an input for the same in another order, and where other parts of it are in blobs', async () => {
    const input = `{"note":{"$blob":"${BLOB}","blobType":"data","size":9},"id":"ada"}`;
    sfn.on(DescribeExecutionCommand).resolves({ input, status: 'RUNNING' });
    const whole = { id: 'ada', note: { large: [1, 2, 3], $skipped: true } };
    const { statusCode } = read(await handler(post('greet', whole, again)));
    expect(statusCode).toBe(202);
  });

  it('refuses the same key with another input', async () => {
    const { statusCode, body } = read(await handler(post('greet', { id: 'alan' }, again)));
    expect([statusCode, body.error.code]).toEqual([409, 'IDEMPOTENCY_CONFLICT']);
  });
});

describe('asking for an execution', () => {
  const times = { startDate: new Date(1000), stopDate: new Date(3500) };

  it('asks Step Functions for it by its ARN', async () => {
    const executionArn = `${EXECUTION}:order-7`;
    sfn.on(DescribeExecutionCommand).resolves({ executionArn, status: 'RUNNING', startDate: new Date(0) });
    const { statusCode, body } = read(await handler(get('greet', 'order-7')));
    expect(statusCode).toBe(200);
    expect(body).toEqual({
      id: 'order-7',
      flow: 'greet',
      status: 'RUNNING',
      execution: { id: `${EXECUTION}:order-7` },
    });
    expect(sfn.call(0).args[0].input).toEqual({ executionArn: `${EXECUTION}:order-7` });
  });

  it('answers the result with what was spilled, and values as they were before they travelled', async () => {
    const result = { small: { $$skipped: true }, big: { $blob: BLOB, blobType: 'data', size: 9 } };
    sfn.on(DescribeExecutionCommand).resolves({
      ...{ ...times, executionArn: `${EXECUTION}:a`, status: 'SUCCEEDED' },
      output: JSON.stringify({ outcome: 'success', result }),
    });
    const { body } = read(await handler(get('greet', 'a')));
    expect(body).toEqual({
      id: 'a',
      flow: 'greet',
      status: 'SUCCEEDED',
      outcome: 'success',
      result: { small: { $skipped: true }, big: { large: [1, 2, 3], $skipped: true } },
      execution: { id: `${EXECUTION}:a`, durationMs: 2500 },
    });
  });

  it('answers that a flow was skipped', async () => {
    sfn.on(DescribeExecutionCommand).resolves({ status: 'SUCCEEDED', output: '{"outcome":"skipped"}' });
    const { body } = read(await handler(get('greet', 'a')));
    expect(body).toMatchObject({ status: 'SUCCEEDED', outcome: 'skipped' });
  });

  it('answers code and message of a failure, and keeps the trace to itself', async () => {
    const cause = JSON.stringify({ errorType: 'COMPONENT_FAILED', errorMessage: 'no such user', trace: ['at x'] });
    sfn.on(DescribeExecutionCommand).resolves({ status: 'FAILED', error: 'COMPONENT_FAILED', cause });
    const { statusCode, body } = read(await handler(get('greet', 'a')));
    expect(statusCode).toBe(200);
    expect(body).toMatchObject({ status: 'FAILED', outcome: 'failed' });
    expect(body.error).toEqual({ code: 'COMPONENT_FAILED', message: 'no such user' });
  });

  it.each([
    ['TIMED_OUT', 'TIMEOUT'],
    ['ABORTED', 'CANCELLED'],
  ] as const)('answers for an execution that %s', async (status, code) => {
    sfn.on(DescribeExecutionCommand).resolves({ status });
    const { body } = read(await handler(get('greet', 'a')));
    expect(body).toMatchObject({ status, outcome: 'failed', error: { code } });
  });

  it('answers 404 for an unknown execution', async () => {
    sfn.on(DescribeExecutionCommand).rejects(new ExecutionDoesNotExist({ message: 'no', $metadata: {} }));
    const { statusCode, body } = read(await handler(get('greet', 'a')));
    expect([statusCode, body.error.code]).toEqual([404, 'EXECUTION_NOT_FOUND']);
    expect(paused).toEqual([28_000, 100, 200, 400, 800, 1000]);
  });

  it('asks again for one that Step Functions does not know yet', async () => {
    const unknown = new ExecutionDoesNotExist({ message: 'no', $metadata: {} });
    sfn.on(DescribeExecutionCommand).rejectsOnce(unknown).resolves({ status: 'RUNNING' });
    const { statusCode } = read(await handler(get('greet', 'a')));
    expect([statusCode, paused]).toEqual([200, [28_000, 100]]);
  });

  it.each(['x'.repeat(81), 'a b', 'a:b', 'a%3Ab', '%', '\0', '%00', '\ud800', ''])(
    'refuses the id %j, which no execution has',
    async (id) => {
      const { statusCode, body } = read(await handler(get('greet', id)));
      expect([statusCode, body.error.code]).toEqual([400, 'INVALID_REQUEST']);
      expect(sfn.calls()).toHaveLength(0);
    },
  );

  it.each(['é.1', '%C3%A9.1'])('finds an execution that was started elsewhere under a name like %s', async (id) => {
    sfn.on(DescribeExecutionCommand).resolves({ status: 'RUNNING' });
    const { body } = read(await handler(get('greet', id)));
    expect([body.id, sfn.call(0).args[0].input]).toEqual(['é.1', { executionArn: `${EXECUTION}:é.1` }]);
  });

  it('answers 501 for an Express flow, of which AWS keeps no record', async () => {
    const { statusCode, body } = read(await handler(get('quick', 'a')));
    expect([statusCode, body.error.code]).toEqual([501, 'NOT_OBSERVABLE']);
    expect(sfn.calls()).toHaveLength(0);
  });

  it('answers 503 where a spilled value is gone', async () => {
    const output = JSON.stringify({ outcome: 'success', result: { $blob: 'b'.repeat(64), blobType: 'data', size: 9 } });
    sfn.on(DescribeExecutionCommand).resolves({ status: 'SUCCEEDED', output });
    const { statusCode, body } = read(await handler(get('greet', 'a')));
    expect([statusCode, body.error.code]).toEqual([503, 'RESOURCE_UNAVAILABLE']);
    expect(logged).toHaveLength(1);
  });

  it('refuses a spilled result that no answer can hold, before it is read', async () => {
    const unread = { $blob: 'c'.repeat(64), blobType: 'data', size: 3_000_000 };
    const output = JSON.stringify({ outcome: 'success', result: { once: unread, again: unread } });
    sfn.on(DescribeExecutionCommand).resolves({ status: 'SUCCEEDED', output });
    const { statusCode, body } = read(await handler(get('greet', 'a')));
    expect([statusCode, body.error.code]).toEqual([502, 'RESULT_TOO_LARGE']);
    expect(body.error.message).toContain('The result has 6000049 bytes');
  });

  it('refuses a result that Lambda would not pass on', async () => {
    const output = JSON.stringify({ outcome: 'success', result: 'x'.repeat(5_500_000) });
    sfn.on(DescribeExecutionCommand).resolves({ status: 'SUCCEEDED', output });
    const { statusCode, body } = read(await handler(get('greet', 'a')));
    expect([statusCode, body.error.code]).toEqual([502, 'RESULT_TOO_LARGE']);
  });
});

describe('what goes wrong elsewhere', () => {
  it('answers 429 where Step Functions is asked too often, and when to come again', async () => {
    sfn.on(StartExecutionCommand).rejects(Object.assign(new Error('slow down'), { name: 'ThrottlingException' }));
    const { statusCode, headers, body } = read(await handler(post('greet', { id: 'ada' })));
    expect([statusCode, body.error.code, headers['retry-after']]).toEqual([429, 'TOO_MANY_REQUESTS', '5']);
  });

  it('answers 500 without details, and logs them', async () => {
    const fault = new Error('credentials of the role are wrong');
    sfn.on(StartExecutionCommand).rejects(fault);
    const { statusCode, body } = read(await handler(post('greet', { id: 'ada' })));
    expect([statusCode, body.error.code]).toEqual([500, 'ORCHESTRATOR_ERROR']);
    expect(JSON.stringify(body)).not.toContain('credentials');
    const { name, message, stack } = fault;
    expect(logged).toEqual([
      {
        ...{ level: 'error', requestId: 'request', functionRequestId: 'call' },
        ...{ routeKey: 'POST /flows/{name}/executions', code: 'ORCHESTRATOR_ERROR', error: { name, message, stack } },
      },
    ]);
  });

  it('answers 504 before Lambda ends the function, where a service takes too long', async () => {
    sfn.on(StartExecutionCommand).callsFake(() => new Promise(() => {}));
    const slow = testApi((ms) => ms === 28_000);
    const { statusCode, body } = read(await slow.handler(post('greet', { id: 'ada' })));
    expect([statusCode, body.error.code]).toEqual([504, 'NO_RESULT_IN_TIME']);
    expect(body.error.message).toContain('28 seconds');
  });

  it('answers 404 for a route that there is not', async () => {
    const { statusCode } = read(await handler({ ...get('greet', 'a'), routeKey: 'PUT /flows' }));
    expect(statusCode).toBe(404);
  });
});

function started() {
  const [call] = sfn.commandCalls(StartExecutionCommand);
  if (!call) throw new Error('Nothing was started.');
  return call.args[0].input;
}
