import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { component, type Invocation, wrap } from '../../lib/runtime/index.ts';
import { memoryStore } from './stores/memory-store.ts';

const EXECUTION = 'arn:aws:states:eu-west-1:123456789012:execution:Flow:0f7a';
const ROOT = '1-67891233-abcdef012345678912345678';
const invocation: Invocation = { step: 'each.lädt "x"', input: 1, execution: EXECUTION, attempt: 2, iteration: '/3' };

let daemon: Socket;

beforeEach(async () => {
  daemon = createSocket('udp4').bind(0, '127.0.0.1');
  await once(daemon, 'listening');
  vi.stubEnv('AWS_XRAY_DAEMON_ADDRESS', `127.0.0.1:${daemon.address().port}`);
});

afterEach(() => {
  daemon.close();
  vi.unstubAllEnvs();
});

const traced = (sampled: boolean): void => {
  vi.stubEnv('_X_AMZN_TRACE_ID', `Root=${ROOT};Parent=53995c3f42cd8ad8;Sampled=${Number(sampled)};Lineage=1:a`);
};

const call = (run: () => number): Promise<unknown> =>
  wrap(component({ input: z.json(), output: z.json() }, run), { store: memoryStore })(invocation, { log: () => {} });

/** What the daemon gets next, as JSON in lines. */
async function received(): Promise<readonly unknown[]> {
  const [message] = await once(daemon, 'message');
  return String(message)
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('a call whose trace is sampled', () => {
  it('tells the daemon of X-Ray which step it was of', async () => {
    traced(true);
    const got = received();
    const startedAt = Date.now() / 1000;
    await call(() => 1);
    const [header, segment] = await got;

    expect(header).toEqual({ format: 'json', version: 1 });
    expect(segment).toEqual({
      name: 'each.lädt _x_',
      id: expect.stringMatching(/^[0-9a-f]{16}$/),
      ...{ type: 'subsegment', trace_id: ROOT, parent_id: '53995c3f42cd8ad8' },
      start_time: expect.any(Number),
      end_time: expect.any(Number),
      annotations: {
        ...{ flow: 'Flow', execution: EXECUTION, step: invocation.step, attempt: 2, iteration: '/3', cold_start: true },
      },
    });
    const { start_time: start, end_time: end } = Object(segment);
    expect(start).toBeLessThanOrEqual(end);
    expect(end).toBeGreaterThanOrEqual(startedAt);
  });

  it('is a fault there where it fails, and fails as it would', async () => {
    traced(true);
    const got = received();
    const calling = call(() => {
      throw new Error('no');
    });

    await expect(calling).rejects.toMatchObject({ name: 'COMPONENT_FAILED' });
    expect((await got)[1]).toMatchObject({ fault: true });
  });
});

describe('no other call says anything', () => {
  it.each([
    ['whose trace is not sampled', () => traced(false)],
    ['without a trace', () => {}],
  ])('%s', async (_, given) => {
    given();
    await call(() => 1);
    traced(true);
    const got = received();
    await call(() => 2);

    // The first that arrives is that of the second call.
    expect((await got)[1]).toMatchObject({ trace_id: ROOT });
  });

  it('where there is no daemon', async () => {
    traced(true);
    vi.stubEnv('AWS_XRAY_DAEMON_ADDRESS', 'nowhere');
    await expect(call(() => 1)).resolves.toEqual({});
  });
});
