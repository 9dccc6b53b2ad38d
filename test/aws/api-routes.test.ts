import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  ExecutionNotRedrivable,
  GetExecutionHistoryCommand,
  InvalidToken,
  ListExecutionsCommand,
  RedriveExecutionCommand,
  SFNClient,
  StartExecutionCommand,
  StartSyncExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { matchRoute } from '../../lambdas/_system/match-route.ts';
import { ROUTE_NAMES, ROUTES } from '../../lambdas/_system/routes.ts';
import { runs, SEED } from '../chance.ts';
import { post, read, request } from './api-events.ts';
import { EXECUTION, MACHINE, testApi } from './api-services.ts';

const sfn = mockClient(SFNClient);
const { handler, paused } = testApi();

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

const OF_ONE = [`GET ${ONE}`, `GET ${ONE}/history`, `DELETE ${ONE}`, `POST ${ONE}/redrive`];

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
    expect(matchRoute(event, isFlow)).toEqual({ route: 'getFlow', name: 'reports/executions', id: '' });
  });
});
