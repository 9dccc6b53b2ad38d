import { SFNClient, StartExecutionCommand, StartSyncExecutionCommand } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { get, post, read } from './api-events.ts';
import { BLOB, MACHINE, testApi } from './api-services.ts';

const EXECUTION = 'arn:aws:states:eu-west-1:123456789012:express:greet-X:one:uuid';

const sfn = mockClient(SFNClient);
const { handler, paused } = testApi();

beforeEach(() => {
  sfn.reset();
  paused.length = 0;
});

const ended = { executionArn: EXECUTION, startDate: new Date(1000), stopDate: new Date(3500) };

describe('starting an Express flow', () => {
  it('answers with its result, in the shape of an execution that is asked for', async () => {
    const result = { small: { $$skipped: true }, big: { $blob: BLOB, blobType: 'data', size: 9 } };
    const output = JSON.stringify({ outcome: 'success', result });
    sfn.on(StartSyncExecutionCommand).resolves({ ...ended, status: 'SUCCEEDED', output });
    const { statusCode, headers, body } = read(await handler(post('quick', { id: 'ada' })));
    expect(statusCode).toBe(200);
    expect(headers).not.toHaveProperty('location');
    expect(body).toEqual({
      ...{ id: expect.stringMatching(/^[0-9a-f-]{36}$/), flow: 'quick', status: 'SUCCEEDED', outcome: 'success' },
      result: { small: { $skipped: true }, big: { large: [1, 2, 3], $skipped: true } },
      execution: { id: EXECUTION, durationMs: 2500 },
    });
    const [call] = sfn.commandCalls(StartSyncExecutionCommand);
    expect(call?.args[0].input).toEqual({ stateMachineArn: `${MACHINE}:live`, name: body.id, input: '{"id":"ada"}' });
  });

  it('waits for it as long as the function may run, less the time for the answer', async () => {
    sfn.on(StartSyncExecutionCommand).resolves({ ...ended, status: 'SUCCEEDED', output: 'null' });
    await handler(post('quick', {}));
    expect(paused).toEqual([28_000, 27_000]);
  });

  it.each([
    [
      'FAILED',
      { error: 'COMPONENT_FAILED', cause: '{"errorMessage":"no such user"}' },
      { code: 'COMPONENT_FAILED', message: 'no such user' },
    ],
    ['TIMED_OUT', { error: 'States.Timeout' }, { code: 'TIMEOUT', message: expect.stringContaining('longer') }],
  ] as const)('answers that it %s', async (status, failure, error) => {
    sfn.on(StartSyncExecutionCommand).resolves({ ...ended, status, ...failure });
    const { statusCode, body } = read(await handler(post('quick', {})));
    expect(statusCode).toBe(200);
    expect(body).toMatchObject({ flow: 'quick', status, outcome: 'failed', error });
  });

  it('says what it can no longer wait for, and stops to wait', async () => {
    const impatient = testApi((ms) => ms === 27_000);
    sfn.on(StartSyncExecutionCommand).callsFake(() => new Promise(() => {}));
    const { statusCode, body } = read(await impatient.handler(post('quick', {})));
    expect([statusCode, body.error.code]).toEqual([504, 'NO_RESULT_IN_TIME']);
    const [, options]: unknown[] = sfn.call(0).args;
    expect(options).toMatchObject({ abortSignal: { aborted: true } });
    expect(body.error.message).toMatch(/not ended within 27 seconds.*set the flow's metadata\.aws\.type to STANDARD/);
    expect(impatient.logged).toEqual([]);
  });

  it('only starts it for a client that prefers so', async () => {
    sfn.on(StartExecutionCommand).resolves({ executionArn: EXECUTION });
    const { statusCode, headers, body } = read(await handler(post('quick', {}, { prefer: 'respond-async, wait=5' })));
    expect([statusCode, body.status, headers.location]).toEqual([202, 'RUNNING', undefined]);
  });

  it('refuses an idempotency key, with which it might start twice', async () => {
    const { statusCode, body } = read(await handler(post('quick', {}, { 'idempotency-key': 'k' })));
    expect([statusCode, body.error.code]).toEqual([400, 'INVALID_REQUEST']);
    expect(sfn.calls()).toHaveLength(0);
  });

  it('refuses to be asked for one, and says how to get a result', async () => {
    const { statusCode, body } = read(await handler(get('quick', 'a')));
    expect([statusCode, body.error.code]).toEqual([501, 'NOT_OBSERVABLE']);
    expect(body.error.message).toContain('the request that starts it is answered with its result');
  });
});
