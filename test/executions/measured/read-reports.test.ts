import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { readReports } from '../../../lib/executions/measured/index.ts';
import { reportLine } from './deployed.ts';

const lambda = mockClient(LambdaClient);
const logs = mockClient(CloudWatchLogsClient);
const clients = { lambda: new LambdaClient({}), logs: new CloudWatchLogsClient({}) };

beforeEach(() => {
  lambda.reset();
  logs.reset();
  lambda.on(GetFunctionConfigurationCommand).callsFake(({ FunctionName }) => ({
    LoggingConfig: { LogGroup: `group of ${FunctionName}` },
  }));
});
afterAll(() => {
  lambda.restore();
  logs.restore();
});

const HOUR = 3_600_000;
const callAt = (startMs: number, functionName: string, requestId?: string) => {
  return { functionName, startMs, seconds: 1, ...(requestId !== undefined && { requestId }) };
};
const searched = () => logs.commandCalls(FilterLogEventsCommand).map(({ args: [{ input }] }) => input);

describe('reading the reports of calls', () => {
  it('searches the time of the calls, and not the hours between them', async () => {
    logs.on(FilterLogEventsCommand).resolves({ events: [] });
    const calls = [callAt(5 * HOUR, 'a', '3'), callAt(HOUR, 'a', '1'), callAt(HOUR + 300_000, 'a', '2')];
    const { reports, problems } = await readReports(clients, calls);
    expect({ reports: reports.size, problems }).toEqual({ reports: 0, problems: [] });
    expect(searched().map(({ startTime, endTime }) => [startTime, endTime])).toEqual([
      [HOUR - 60_000, HOUR + 300_000 + 61_000],
      [5 * HOUR - 60_000, 5 * HOUR + 61_000],
    ]);
  });

  it('asks for no more pages once all calls are found', async () => {
    const line = (requestId: string) => ({ message: reportLine({ requestId, ms: 5, endMs: 0 }) });
    logs
      .on(FilterLogEventsCommand)
      .resolvesOnce({ events: [line('other'), { message: 'text' }], nextToken: 'a' })
      .resolvesOnce({ events: [line('1')], nextToken: 'b' })
      .rejects(new TypeError('nothing is left to ask for'));
    const { reports } = await readReports(clients, [callAt(HOUR, 'a', '1'), callAt(9 * HOUR, 'a')]);
    expect([...reports.keys()]).toEqual(['1']);
    expect(searched()).toHaveLength(2);
  });

  it('asks nothing of calls that no request is known of', async () => {
    expect(await readReports(clients, [callAt(HOUR, 'a')])).toEqual({ reports: new Map(), problems: [] });
    expect([...lambda.calls(), ...logs.calls()]).toEqual([]);
  });

  it('reads the other log groups where one is not read', async () => {
    logs
      .on(FilterLogEventsCommand, { logGroupName: 'group of a' })
      .rejects(Object.assign(new Error('no'), { name: 'AccessDeniedException', $metadata: {} }));
    logs
      .on(FilterLogEventsCommand, { logGroupName: 'group of b' })
      .resolves({ events: [{ message: reportLine({ requestId: '2', ms: 5, endMs: 0 }) }] });
    const { reports, problems } = await readReports(clients, [callAt(HOUR, 'a', '1'), callAt(HOUR, 'b', '2')]);
    expect([...reports.keys()]).toEqual(['2']);
    expect(problems).toEqual(['the log group group of a of 1 function was not read (AccessDeniedException: no)']);
  });

  it('hides no fault of its own', async () => {
    logs.on(FilterLogEventsCommand).rejects(new RangeError('a fault'));
    await expect(readReports(clients, [callAt(HOUR, 'a', '1')])).rejects.toThrow('a fault');
  });
});
