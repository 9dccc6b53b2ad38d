import { describe, expect, it } from 'vitest';
import { RUN_TIMEOUT } from './cdk.ts';
import type { Deployed } from './deployed.ts';
import { signed } from './signed-request.ts';

/** Calls the HTTP API of the sample that is an Express flow. */
export function testExpress(deployed: () => Deployed): void {
  describe('the HTTP API of an Express flow', { timeout: RUN_TIMEOUT }, () => {
    const path = '/flows/Express/executions';
    const ask = (method: 'GET' | 'POST', path: string, body?: unknown, headers: { [name: string]: string } = {}) =>
      signed(deployed().emulator, deployed().sampleOutputs.ExpressApiUrl ?? '', { method, path, body, headers });

    it('answers with the result', async () => {
      const { status, body } = await ask('POST', path, { name: 'ada' });
      expect({ status, body }).toMatchObject({
        status: 200,
        body: { flow: 'Express', status: 'SUCCEEDED', outcome: 'success', result: ['second', 'ada'] },
      });
      expect(body.execution.durationMs).toBeGreaterThan(0);
    });

    it('answers with a failure, which is no fault of the API', async () => {
      const { status, body } = await ask('POST', path, { name: 'bad' });
      expect({ status, body }).toMatchObject({
        status: 200,
        body: { flow: 'Express', status: 'FAILED', outcome: 'failed', error: { code: 'TIMEOUT' } },
      });
    });

    it('only starts it on request, and is asked for no execution', async () => {
      const started = await ask('POST', path, { name: 'ada' }, { prefer: 'respond-async' });
      expect(started).toMatchObject({ status: 202, body: { status: 'RUNNING' } });
      const asked = await ask('GET', `${path}/${started.body.id}`);
      expect(asked).toMatchObject({ status: 501, body: { error: { code: 'NOT_OBSERVABLE' } } });
    });
  });
}
