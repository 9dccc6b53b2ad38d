import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { call } from '../cli/terminal.ts';
import { RUN_TIMEOUT } from './cdk.ts';
import type { Deployed } from './deployed.ts';

/**
 * The commands for deployed executions, as a user calls them. The emulator redrives nothing, and takes every filter of logs for
 * one that lets all through: test/cli/operate.test.ts has the rest.
 */
export function testOperate(deployed: () => Deployed): void {
  describe('the command line on deployed flows', { timeout: RUN_TIMEOUT }, () => {
    beforeAll(() => {
      for (const [name, value] of Object.entries(deployed().emulator.env)) vi.stubEnv(name, value);
    });
    afterAll(() => {
      vi.unstubAllEnvs();
    });

    const stepflow = async (...argv: string[]) => {
      const setting = { cwd: deployed().emulator.folder };
      const { code, stdout, stderr } = await call([...argv, '--stack', 'StepflowStack', '--json'], setting);
      return { code, stderr, ...JSON.parse(stdout) };
    };
    const submitted = (...argv: string[]) =>
      stepflow('submit', 'user-insights', '--input', '{"user_id": "u005"}', ...argv);

    it('starts a flow, waits for it, and shows the steps of the version that ran', async () => {
      const { id, status } = await submitted();
      expect(status).toBe('RUNNING');
      const waited = await stepflow('wait', id);
      expect(waited).toMatchObject({ code: 0, flow: 'user-insights', status: 'SUCCEEDED', outcome: 'success' });
      const steps = waited.execution.steps.map(({ id: step }: { id: string }) => step);
      const written = readFileSync(join('workflows', 'user-insights.yaml'), 'utf8');
      expect(steps.length).toBeGreaterThan(3);
      expect(steps.filter((step: string) => !written.includes(`id: ${step}`))).toEqual([]);
      const { execution, result } = await stepflow('history', id, '--flow', 'user-insights');
      expect({ steps: execution.steps, result }).toEqual({ steps: waited.execution.steps, result: waited.result });
      expect(await stepflow('status', id)).toMatchObject({ code: 0, status: 'SUCCEEDED', result: waited.result });
      expect(await stepflow('result', id)).toMatchObject({ code: 0, outcome: 'success', result: waited.result });
    });

    it('starts one execution for a key, and refuses an input that the flow does not take', async () => {
      const [first, second] = [
        await submitted('--idempotency-key', 'daily'),
        await submitted('--idempotency-key', 'daily'),
      ];
      expect([first.id, second.id]).toEqual(['daily', 'daily']);
      expect(await stepflow('submit', 'pipeline', '--input', '{"csv": 5}')).toMatchObject({
        ...{ code: 1, ok: false },
        diagnostics: [{ code: 'input-mismatch' }],
      });
    });

    it('stops an execution', async () => {
      const { id } = await submitted();
      const stopped = await stepflow('stop', id, '--reason', 'enough');
      // It may have ended before.
      expect(['ABORTED', 'SUCCEEDED']).toContain(stopped.status);
    });
  });
}
