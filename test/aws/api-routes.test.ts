import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  ExecutionNotRedrivable,
  GetExecutionHistoryCommand,
  InvalidToken,
  ListExecutionsCommand,
  RedriveExecutionCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  StartSyncExecutionCommand,
  StopExecutionCommand,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { matchRoute } from '../../lambdas/_system/match-route.ts';
import { ROUTE_NAMES, ROUTES } from '../../lambdas/_system/routes.ts';
import type { WaitingRecord } from '../../lib/protocol/waiting.ts';
import type { Json } from '../../lib/runtime/index.ts';
import { runs, SEED } from '../chance.ts';
import { post, read, request } from './api-events.ts';
import { BLOB, EXECUTION, MACHINE, testApi } from './api-services.ts';

const sfn = mockClient(SFNClient);
const { handler, paused, asked } = testApi();

const details = { message: 'by AWS', $metadata: {} };
const EXECUTIONS = '/flows/{name}/executions';
const ONE = `${EXECUTIONS}/{id}`;

beforeEach(() => {
  sfn.reset();
  paused.length = 0;
  sfn.on(StartExecutionCommand).callsFake(({ name }) => ({ executionArn: `${EXECUTION}:${name}` }));
});

const ask = async (
  routeKey: string,
  parameters: { [name: string]: string } = {},
  query: { [name: string]: string } = {},
) => read(await handler({ ...request(routeKey, parameters), queryStringParameters: query }));

const ended = {
  ...{ executionArn: `${EXECUTION}:a`, status: 'SUCCEEDED' as const, output: '{"outcome":"success","result":7}' },
  ...{ startDate: new Date(1000), stopDate: new Date(3500) },
};
const running = { executionArn: `${EXECUTION}:a`, status: 'RUNNING' as const };

describe('starting an execution and waiting for it', () => {
  const startWith = async (query: { [name: string]: string }, headers = {}) =>
    read(await handler({ ...post('greet', { id: 'ada' }, headers), queryStringParameters: query }));

  it.each([
    ['the query', { wait: '29' }, {}],
    ['a Prefer header', {}, { prefer: 'respond-async, wait=29' }],
  ])('answers the result that is there in the time of %s', async (_, query, headers) => {
    sfn.on(DescribeExecutionCommand).resolvesOnce(running).resolves(ended);
    const { statusCode, body } = await startWith(query, headers);
    expect([statusCode, body.status, body.result, body.execution.durationMs]).toEqual([200, 'SUCCEEDED', 7, 2500]);
  });

  it('answers 202 and where to ask once the time is over, which is what the function has', async () => {
    sfn.on(DescribeExecutionCommand).resolves(running);
    const { statusCode, headers, body } = await startWith({ wait: '29' });
    expect([statusCode, body.status, headers.location]).toEqual([202, 'RUNNING', `/flows/greet/executions/${body.id}`]);
    const waited = paused.slice(1).reduce((sum, ms) => sum + ms, 0);
    expect(waited).toBeLessThanOrEqual(27_000);
    expect(waited).toBeGreaterThan(20_000);
  });

  it('does not wait for a second more than it is asked to', async () => {
    sfn.on(DescribeExecutionCommand).resolves(running);
    await startWith({ wait: '2' });
    expect(paused.slice(1).reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(2000);
  });

  it.each([{ wait: '0' }, {}])('asks nothing more with %j', async (query) => {
    const { statusCode } = await startWith(query);
    expect([statusCode, sfn.commandCalls(DescribeExecutionCommand)]).toEqual([202, []]);
  });

  it.each(['-1', '30', '1.5', 'soon', '', '1,2', '0x10'])('refuses to wait for %j', async (wait) => {
    const { statusCode, body } = await startWith({ wait });
    expect([statusCode, body.error.code]).toEqual([400, 'INVALID_REQUEST']);
    expect(body.error.message).toContain('"wait" is');
    expect(body.error.message).toContain('a whole number from 0 to 29 is expected');
    expect(sfn.calls()).toEqual([]);
  });

  it('waits for an Express flow no longer than it is asked to', async () => {
    const impatient = testApi((ms) => ms === 3000);
    sfn.on(StartSyncExecutionCommand).callsFake(() => new Promise(() => {}));
    const event = { ...post('quick', {}), queryStringParameters: { wait: '3' } };
    expect(read(await impatient.handler(event)).body.error.code).toBe('NO_RESULT_IN_TIME');
  });
});

describe('the executions of a flow', () => {
  it('are listed, with the token of the next page', async () => {
    sfn.on(ListExecutionsCommand).resolves({
      executions: [
        {
          ...{ executionArn: `${EXECUTION}:b`, name: 'b', status: 'FAILED', stateMachineArn: MACHINE },
          ...{ startDate: new Date(1000), stopDate: new Date(3500) },
        },
        {
          executionArn: `${EXECUTION}:a`,
          name: 'a',
          status: 'RUNNING',
          stateMachineArn: MACHINE,
          startDate: new Date(0),
        },
      ],
      nextToken: 'more',
    });
    const { statusCode, body } = await ask(
      `GET ${EXECUTIONS}`,
      { name: 'greet' },
      { status: 'FAILED', limit: '2', token: 't' },
    );
    expect(statusCode).toBe(200);
    expect(body).toEqual({
      executions: [
        {
          ...{ id: 'b', flow: 'greet', status: 'FAILED', startedAt: '1970-01-01T00:00:01.000Z' },
          execution: { id: `${EXECUTION}:b`, durationMs: 2500 },
        },
        {
          ...{ id: 'a', flow: 'greet', status: 'RUNNING', startedAt: '1970-01-01T00:00:00.000Z' },
          execution: { id: `${EXECUTION}:a` },
        },
      ],
      next: 'more',
    });
    expect(sfn.call(0).args[0].input).toEqual({
      ...{ stateMachineArn: MACHINE, maxResults: 2, statusFilter: 'FAILED', nextToken: 't' },
    });
  });

  it.each([
    ['status', 'failed'],
    ['limit', '0'],
    ['limit', '1001'],
  ])('are not listed with the %s %j', async (parameter, value) => {
    const { statusCode, body } = await ask(`GET ${EXECUTIONS}`, { name: 'greet' }, { [parameter]: value });
    expect([statusCode, body.error.code]).toEqual([400, 'INVALID_REQUEST']);
    expect(body.error.message).toMatch(new RegExp(`"${parameter}" is "?${value}"?, but`));
  });

  it('are not listed with a token of another list', async () => {
    sfn.on(ListExecutionsCommand).rejects(new InvalidToken(details));
    const { statusCode, body } = await ask(`GET ${EXECUTIONS}`, { name: 'greet' }, { token: 'x' });
    expect([statusCode, body.error.code]).toEqual([400, 'INVALID_REQUEST']);
  });
});

describe('stopping an execution', () => {
  const stop = (query = {}) => ask(`DELETE ${ONE}`, { name: 'greet', id: 'a' }, query);

  it('answers what became of it, with the reason', async () => {
    const cause = 'no longer wanted';
    sfn
      .on(DescribeExecutionCommand)
      .resolvesOnce(running)
      .resolvesOnce(running)
      .resolves({ ...ended, status: 'ABORTED', error: 'CANCELLED', cause });
    const { statusCode, body } = await stop({ reason: cause });
    expect(statusCode).toBe(200);
    expect(body).toMatchObject({ status: 'ABORTED', outcome: 'failed', error: { code: 'CANCELLED', message: cause } });
    expect(sfn.commandCalls(StopExecutionCommand)[0]?.args[0].input).toEqual({
      ...{ executionArn: `${EXECUTION}:a`, error: 'CANCELLED', cause },
    });
  });

  it('leaves one that has ended as it is', async () => {
    sfn.on(DescribeExecutionCommand).resolves(ended);
    const { statusCode, body } = await stop();
    expect([statusCode, body.status, body.result]).toEqual([200, 'SUCCEEDED', 7]);
    expect(sfn.commandCalls(StopExecutionCommand)).toEqual([]);
  });

  it('takes no reason without an end', async () => {
    expect((await stop({ reason: 'x'.repeat(1001) })).statusCode).toBe(400);
  });
});

describe('redriving an execution', () => {
  const redrive = () => ask(`POST ${ONE}/redrive`, { name: 'greet', id: 'a' });

  it('answers 202 and where to ask for it', async () => {
    sfn.on(DescribeExecutionCommand).resolves({ ...ended, status: 'FAILED' });
    sfn.on(RedriveExecutionCommand).resolves({ redriveDate: new Date(0) });
    const { statusCode, headers, body } = await redrive();
    expect([statusCode, headers.location]).toEqual([202, '/flows/greet/executions/a']);
    expect(body).toEqual({ id: 'a', flow: 'greet', status: 'RUNNING', execution: { id: `${EXECUTION}:a` } });
    expect(sfn.commandCalls(RedriveExecutionCommand)[0]?.args[0].input.executionArn).toBe(`${EXECUTION}:a`);
  });

  it('is refused where there is nothing to redrive', async () => {
    sfn.on(DescribeExecutionCommand).resolves(ended);
    sfn.on(RedriveExecutionCommand).rejects(new ExecutionNotRedrivable(details));
    const { statusCode, body } = await redrive();
    expect([statusCode, body.error.code]).toEqual([409, 'NOT_REDRIVABLE']);
  });
});

describe('a step that waits', () => {
  const record = (step: string, more: Partial<WaitingRecord> = {}): WaitingRecord => ({
    ...{
      token: `token of ${step}${more.iteration ?? ''}`,
      component: '/builtin/approval',
      execution: `${EXECUTION}:a`,
      step,
    },
    ...{ attempt: 0, askedAt: '2026-01-01T00:00:00.000Z', reads: ['approved', 'by'], spillAbove: 1000 },
    ...more,
  });

  const waits = (...records: readonly WaitingRecord[]): void => {
    for (const [at, one] of records.entries()) asked.set(`waiting/a/asked/${at}.json`, JSON.stringify(one));
  };

  const answerWith = async (
    what: string,
    step: string,
    body: Json,
    { authorizer = {}, ...query }: { [key: string]: unknown } = {},
  ) => {
    const event = {
      ...request(`POST ${ONE}/steps/{step}/${what}`, { name: 'greet', id: 'a', step }),
      body: JSON.stringify(body),
    };
    const requestContext = { ...event.requestContext, authorizer: authorizer as object };
    return read(
      await handler({ ...event, requestContext, queryStringParameters: query as { [name: string]: string } }),
    );
  };

  const sent = () =>
    sfn
      .commandCalls(SendTaskSuccessCommand)
      .map(({ args: [{ input }] }) => [input.taskToken, JSON.parse(input.output ?? '')]);

  beforeEach(() => {
    asked.clear();
    sfn.on(DescribeExecutionCommand).resolves(running);
    sfn.on(SendTaskSuccessCommand).resolves({});
  });

  it('is listed without its token, and only while it waits', async () => {
    const more = { title: 'Go on?', details: { n: 1 }, timeout: 60, askedAt: '2999-01-01T00:00:00.000Z' };
    waits(record('ask', more), record('old', { timeout: 60 }), record('other', { execution: `${EXECUTION}-other:a` }));
    const list = () => ask(`GET ${ONE}/waiting`, { name: 'greet', id: 'a' });
    const { body } = await list();
    expect(body).toEqual({
      ...{ id: 'a', flow: 'greet' },
      waiting: [
        {
          ...{
            step: 'ask',
            component: '/builtin/approval',
            answeredBy: 'approval',
            title: 'Go on?',
            details: { n: 1 },
          },
          ...{ askedAt: '2999-01-01T00:00:00.000Z', until: '2999-01-01T00:01:00.000Z', attempt: 0 },
        },
      ],
    });
    expect((await answerWith('approve', 'ask', {})).statusCode).toBe(200);
    expect((await list()).body.waiting).toEqual([]);
    sfn.on(DescribeExecutionCommand).resolves(ended);
    expect((await list()).body.waiting).toEqual([]);
  });

  it('is answered once, in the name of the caller, with what the state machine reads', async () => {
    waits(record('ask'));
    const authorizer = { iam: { userArn: 'arn:aws:iam::123456789012:user/ada' } };
    const { statusCode, body } = await answerWith('reject', 'ask', { comment: 'no' }, { authorizer });
    expect([statusCode, body]).toEqual([200, { id: 'a', flow: 'greet', step: 'ask' }]);
    expect(sent()).toEqual([['token of ask', { Payload: { approved: false, by: authorizer.iam.userArn } }]]);
    const again = await answerWith('approve', 'ask', {});
    expect([again.statusCode, again.body.code]).toEqual([409, 'NOT_WAITING']);
    expect(sent()).toHaveLength(1);
    // Another attempt has another token.
    waits(record('ask', { token: 'another', attempt: 1 }));
    expect((await answerWith('approve', 'ask', { by: 'bob' })).statusCode).toBe(200);
    expect(sent()[1]).toEqual(['another', { Payload: { approved: true, by: 'bob' } }]);
  });

  it.each([
    [{ jwt: { claims: { sub: '1f2', email: 'ada@example.com' } } }, 'ada@example.com'],
    [{ lambda: { principalId: 'ada', scope: 'all' } }, 'ada'],
    [{ lambda: null }, null],
  ])('knows of %j who answers', async (authorizer, by) => {
    waits(record('ask'));
    await answerWith('approve', 'ask', {}, { authorizer });
    expect(sent()).toEqual([['token of ask', { Payload: { approved: true, by } }]]);
    if (by === null) return;
    waits(record('ask', { token: 'another' }));
    const { statusCode, body } = await answerWith('approve', 'ask', { by: 'eve' }, { authorizer });
    expect([statusCode, body.place]).toEqual([400, { in: 'body' }]);
    expect(body.message).toContain(by);
  });

  it('of a map is named by its item', async () => {
    waits(record('each.check', { iteration: '/0' }), record('each.check', { iteration: '/1/2' }));
    const { statusCode, body } = await answerWith('approve', 'each.check', {});
    expect([statusCode, body.place, body.message]).toEqual([
      400,
      { in: 'query', name: 'item' },
      expect.stringContaining('0, 1/2'),
    ]);
    expect((await answerWith('approve', 'each.check', {}, { item: '1/2' })).body).toMatchObject({ item: '1/2' });
    expect(sent().map(([token]) => token)).toEqual(['token of each.check/1/2']);
  });

  it('takes any value from a machine, in blobs where it is large', async () => {
    waits(record('call', { component: '/wait_for_callback', reads: ['$', 'n'] }));
    expect((await answerWith('callback', 'call', { n: 1, large: 'x'.repeat(2000) })).statusCode).toBe(200);
    expect(sent()).toEqual([
      ['token of call', { Payload: { $: { $blob: BLOB, blobType: 'data', size: expect.any(Number) }, n: 1 } }],
    ]);
    waits(record('call', { component: '/wait_for_callback', token: 'another' }), record('ask'));
    expect((await answerWith('approve', 'call', {})).body.message).toContain('waits for a value');
    expect((await answerWith('callback', 'ask', {})).body.message).toContain('approved or rejected');
  });

  it('is no more where nobody waits', async () => {
    waits(record('ask'), record('late', { timeout: 1 }));
    const codes = async (step: string, body: Json = {}) => {
      const { statusCode, body: problem } = await answerWith('approve', step, body);
      return [statusCode, problem.code];
    };
    expect(await codes('load')).toEqual([404, 'STEP_NOT_FOUND']);
    expect(await codes('late')).toEqual([409, 'NOT_WAITING']);
    expect(await codes('ask', [1])).toEqual([400, 'INVALID_REQUEST']);
    expect(await codes('ask', { comment: 1 })).toEqual([400, 'INVALID_REQUEST']);
    sfn.on(SendTaskSuccessCommand).rejects(new TaskTimedOut(details));
    expect(await codes('ask')).toEqual([409, 'NOT_WAITING']);
    sfn.on(DescribeExecutionCommand).resolves(ended);
    expect(await codes('ask')).toEqual([409, 'NOT_WAITING']);
  });
});

describe('flows', () => {
  it('are listed', async () => {
    const { body } = await ask('GET /flows');
    expect(body).toEqual({
      flows: [
        { name: 'greet', type: 'STANDARD', description: 'Says hello.' },
        { name: 'reports/daily', type: 'STANDARD' },
        { name: 'quick', type: 'EXPRESS' },
      ],
    });
  });

  it('are listed where an event has null for what it has not', async () => {
    const event = {
      ...request('GET /flows', {}),
      ...JSON.parse('{"pathParameters": null, "queryStringParameters": null}'),
    };
    expect(read(await handler(event)).statusCode).toBe(200);
  });

  it('are described, with what they take', async () => {
    const { body } = await ask('GET /flows/{name}', { name: 'greet' });
    expect(body).toEqual({
      ...{ name: 'greet', type: 'STANDARD', description: 'Says hello.' },
      inputSchema: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] },
      examples: [{ name: 'ada', input: { id: 'ada' } }],
    });
  });

  it('are not there under another name', async () => {
    const { statusCode, body } = await ask('GET /flows/{name}', { name: 'great' });
    expect([statusCode, body.error.code]).toEqual([404, 'FLOW_NOT_FOUND']);
  });
});

const OF_ONE = [
  ...[`GET ${ONE}`, `GET ${ONE}/history`, `DELETE ${ONE}`, `POST ${ONE}/redrive`, `GET ${ONE}/waiting`],
  ...['approve', 'reject', 'callback'].map((answer) => `POST ${ONE}/steps/{step}/${answer}`),
];

describe('an execution of another flow', () => {
  it.each(OF_ONE)('is not there for %s, and nothing is done', async (routeKey) => {
    sfn.on(DescribeExecutionCommand).rejects(new ExecutionDoesNotExist(details));
    const { statusCode, body } = await ask(routeKey, { name: 'greet', id: 'of-another' });
    expect([statusCode, body.error.code]).toEqual([404, 'EXECUTION_NOT_FOUND']);
    const asked = sfn
      .calls()
      .map(({ args: [command] }) => [
        command.constructor.name,
        'executionArn' in command.input ? command.input.executionArn : '',
      ]);
    expect(new Set(asked.flat())).toEqual(new Set(['DescribeExecutionCommand', `${EXECUTION}:of-another`]));
  });

  it.each(OF_ONE)('cannot be named by its ARN for %s', async (routeKey) => {
    const { statusCode, body } = await ask(routeKey, { name: 'greet', id: `${EXECUTION}-other:a` });
    expect([statusCode, body.error.code]).toEqual([400, 'INVALID_REQUEST']);
    expect(sfn.calls()).toEqual([]);
  });
});

describe('an Express flow', () => {
  it.each([...OF_ONE, `GET ${EXECUTIONS}`])('has nothing for %s', async (routeKey) => {
    const { statusCode, body } = await ask(routeKey, { name: 'quick', id: 'a' });
    expect([statusCode, body.error.code]).toEqual([501, 'NOT_OBSERVABLE']);
    expect(sfn.calls()).toEqual([]);
  });

  it('is described', async () => {
    expect((await ask('GET /flows/{name}', { name: 'quick' })).body).toMatchObject({ type: 'EXPRESS' });
  });
});

it('the history of an execution has a page of its steps', async () => {
  sfn.on(DescribeExecutionCommand).resolves(running);
  sfn.on(GetExecutionHistoryCommand).resolves({
    events: [
      { id: 1, previousEventId: 0, timestamp: new Date(1000), type: 'ExecutionStarted' },
      { id: 2, timestamp: new Date(1000), type: 'TaskStateEntered', stateEnteredEventDetails: { name: 'load' } },
      { id: 3, previousEventId: 2, timestamp: new Date(1500), type: 'TaskScheduled' },
    ],
  });
  const { body } = await ask(`GET ${ONE}/history`, { name: 'greet', id: 'a' }, { limit: '1' });
  expect(body).toEqual({
    ...{ id: 'a', flow: 'greet', status: 'RUNNING', next: '1' },
    steps: [{ id: 'load', component: '/user/load', status: 'running', startMs: 0, endMs: null, attempts: 1 }],
  });
});

describe('a path', () => {
  const segment = fc.oneof(
    fc.constantFrom('executions', 'history', 'redrive', 'flows'),
    fc.stringMatching(/^[a-z-]{1,9}$/),
  );
  const name = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'));
  const route = fc.constantFrom(...ROUTE_NAMES.filter((one) => ROUTES[one].path.includes('{name}')));

  it('names the flow that there is, whatever its folders are called', () => {
    fc.assert(
      fc.property(route, name, segment, (wanted, flow, id) => {
        const { method, path } = ROUTES[wanted];
        const whole = path.replace('{name}', flow).replace('{id}', id).replace('/flows/', '');
        const matched = matchRoute(
          { routeKey: `${method} /flows/{path+}`, pathParameters: { path: whole } },
          (one) => one === flow,
        );
        expect([matched.route, matched.name]).toEqual([wanted, flow]);
        if (path.includes('{id}')) expect(matched.id).toBe(id);
      }),
      { seed: SEED, numRuns: runs(500) },
    );
  });

  it('that API Gateway has read as another flow names it, too', () => {
    const event = { routeKey: `GET ${EXECUTIONS}`, pathParameters: { name: 'reports' } };
    const isFlow = (one: string) => one === 'reports/executions';
    expect(matchRoute(event, isFlow)).toEqual({ route: 'getFlow', name: 'reports/executions', id: '', step: '' });
  });
});
