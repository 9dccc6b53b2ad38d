import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { pascalCase } from '../../lib/aws/component-ids.ts';
import { compile } from '../../lib/compiler/compile.ts';
import { METRIC_DIMENSIONS } from '../../lib/protocol/metrics.ts';
import { type FlowResult, runFlow } from '../../lib/run/run-flow.ts';
import type { Json } from '../../lib/runtime/index.ts';
import { ROOT, RUN_TIMEOUT } from './cdk.ts';
import { type Deployed, MODEL_KEY } from './deployed.ts';
import { execute, historyOf, outputOf } from './executions.ts';
import { embeddedMetrics, inOrder, metricsIn, sideBySide } from './function-log.ts';
import { signed, unsigned } from './signed-request.ts';

const flows = readdirSync(join(ROOT, 'workflows'))
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => ({ name: basename(file, '.yaml'), file: join(ROOT, 'workflows', file) }));

const examples = flows.flatMap(({ name, file }) =>
  compile(readFileSync(file, 'utf8'), { file }).examples.map((example) => ({ flow: name, file, ...example })),
);

/** Runs every example of the repository's flows there and locally, and calls the HTTP API. */
export function testExamples(deployed: () => Deployed): void {
  /** An example's input, with the web server in place of the internet. */
  const withoutInternet = (input: Json): Json =>
    JSON.parse(JSON.stringify(input).replaceAll(/https?:\/\/[\w.-]+\.com\b/g, deployed().web.url));

  const stateMachineOf = (flow: string): string => deployed().outputs[`${pascalCase(flow)}Arn`] ?? '';

  const runHere = async (file: string, input: Json): Promise<FlowResult> =>
    (
      await runFlow({
        file,
        input,
        variables: { ...deployed().variables, openai_api_key: MODEL_KEY },
        blobs: join(deployed().emulator.folder, 'local-blobs'),
      })
    ).result;

  describe('the stack', () => {
    it('has a state machine for every flow of workflows/', () => {
      expect(
        flows.map(({ name }) => stateMachineOf(name)).filter((arn) => arn.startsWith('arn:aws:states:')),
      ).toHaveLength(flows.length);
    });
  });

  describe('an execution', { timeout: RUN_TIMEOUT }, () => {
    it.each(examples)('of $flow with $name gives the result of a local run', async ({ flow, file, input }) => {
      const offline = withoutInternet(input);
      const local = await runHere(file, offline);
      const execution = await execute(deployed().emulator, stateMachineOf(flow), offline);
      expect(execution).toMatchObject({ status: 'SUCCEEDED' });
      expect(await outputOf(deployed().emulator, deployed().outputs.BlobBucket ?? '', execution)).toEqual(local);
    });

    it('has the metrics of a local run in the log of its functions', async () => {
      const { emulator, outputs } = deployed();
      const [example] = examples.filter(({ flow }) => flow === 'blob-sharing');
      const input = example?.input ?? null;
      const blobs = join(emulator.folder, 'measured-blobs');
      const { execution: local } = await runFlow({ file: example?.file ?? '', input, blobs });
      const { executionArn = '' } = await execute(emulator, stateMachineOf('blob-sharing'), input);
      const here = (local?.metrics.steps ?? []).map(({ step, component, runs, blobs: { operations } }) => {
        return { step, component, calls: runs, blobOperations: operations };
      });
      const calls = await metricsIn(emulator, outputs.FunctionLog ?? '', executionArn, here.length);
      const there = calls.map(({ step, component, BlobOperations = 0 }) => {
        return { step, component, calls: 1, blobOperations: BlobOperations };
      });

      expect(there.length).toBeGreaterThan(1);
      expect(inOrder(there)).toEqual(inOrder(here));
      const machine = stateMachineOf('blob-sharing').split(':').at(-1);
      for (const { Dimensions } of embeddedMetrics(calls)) expect(Dimensions).toEqual([[...METRIC_DIMENSIONS]]);
      for (const { flow, version, StepExecutionTime, MemoryUsed } of calls) {
        expect({ flow, version: typeof version }).toEqual({ flow: machine, version: 'string' });
        expect([StepExecutionTime, MemoryUsed].every(Number.isFinite)).toBe(true);
      }
      console.table(sideBySide(local?.metrics.steps ?? [], calls));
    });

    it('uses a secret from Secrets Manager, whose value is not in its history', async () => {
      const input = { question: 'What does Team cost?' };
      const execution = await execute(deployed().emulator, stateMachineOf('support-answer'), input);
      expect(execution).toMatchObject({
        status: 'SUCCEEDED',
        output: expect.stringMatching(/Team,29,EUR,10.*Bearer \[secret\]/),
      });
      const recorded = JSON.stringify([execution, await historyOf(deployed().emulator, execution)]);
      expect(recorded).not.toContain(MODEL_KEY);
    });

    it('that fails has the code as its error, and a cause with the message of a local run', async () => {
      const input = { user_id: 'u999' };
      const local = await runHere(join(ROOT, 'workflows/user-insights.yaml'), input);
      if (local.outcome !== 'failed') throw new Error('The flow did not fail.');
      const execution = await execute(deployed().emulator, stateMachineOf('user-insights'), input);
      expect(execution).toMatchObject({ status: 'FAILED', error: local.error.code });
      expect(JSON.parse(execution.cause ?? '')).toMatchObject({
        errorType: local.error.code,
        errorMessage: local.error.message,
        trace: expect.arrayContaining([expect.stringContaining('user')]),
      });
    });
  });

  describe('the HTTP API', { timeout: RUN_TIMEOUT }, () => {
    const path = '/flows/user-insights/executions';
    const ask = (execution: string) =>
      signed(deployed().emulator, deployed().outputs.ApiUrl ?? '', { method: 'GET', path: execution });
    const start = (body: Json, headers: { [name: string]: string } = {}) =>
      signed(deployed().emulator, deployed().outputs.ApiUrl ?? '', { method: 'POST', path, body, headers });

    async function result(id: string) {
      for (;;) {
        const { status, body } = await ask(`${path}/${id}`);
        if (status !== 200 || body.status !== 'RUNNING') return body;
        await sleep(50);
      }
    }

    it('starts a flow and returns its result', async () => {
      const input = { user_id: 'u005' };
      const { status, body } = await start(input);
      expect([status, body.status]).toEqual([202, 'RUNNING']);
      const local = await runHere(join(ROOT, 'workflows/user-insights.yaml'), input);
      expect(await result(body.id)).toMatchObject({
        id: body.id,
        flow: 'user-insights',
        status: 'SUCCEEDED',
        ...local,
      });
    });

    it('starts one execution for an idempotency key', async () => {
      const key = { 'idempotency-key': 'once' };
      const first = await start({ user_id: 'u001' }, key);
      const again = await start({ user_id: 'u001' }, key);
      const other = await start({ user_id: 'u002' }, key);
      expect([first.body.id, again.body, other.status]).toEqual(['once', first.body, 409]);
    });

    it('returns code and message of a flow that failed', async () => {
      const { body } = await start({ user_id: 'u999' });
      expect(await result(body.id)).toMatchObject({
        status: 'FAILED',
        outcome: 'failed',
        error: { code: expect.stringMatching(/^[A-Z_]+$/), message: expect.stringContaining('u999') },
      });
    });

    const at = (method: 'GET' | 'POST' | 'DELETE', to: string, query: { [name: string]: string } = {}, body?: Json) =>
      signed(deployed().emulator, deployed().outputs.ApiUrl ?? '', { method, path: to, query, body });

    it('waits for a result, and tells what the steps did as a local run does', async () => {
      const input = { user_id: 'u005' };
      const { status, body } = await at('POST', path, { wait: '25' }, input);
      expect([status, body.status, body.outcome]).toEqual([200, 'SUCCEEDED', 'success']);
      const { execution } = await runFlow({ file: join(ROOT, 'workflows/user-insights.yaml'), input });
      const history = await at('GET', `${path}/${body.id}/history`);
      expect(history).toMatchObject({ status: 200, body: { id: body.id, status: 'SUCCEEDED' } });
      expect(history.body.steps.map(({ id }: { id: string }) => id)).toEqual(execution?.steps.map(({ id }) => id));
      const first = history.body.steps.find(({ id }: { id: string }) => id === 'load_user');
      // The emulator's events do not refer to each other, so that attempts cannot be counted there.
      expect(first).toMatchObject({ status: 'succeeded', startMs: expect.any(Number), endMs: expect.any(Number) });
    });

    it('lists executions, and stops none that has ended', async () => {
      const { body } = await at('POST', path, { wait: '25' }, { user_id: 'u001' });
      const listed = await at('GET', path, { status: 'SUCCEEDED', limit: '1000' });
      expect(listed.status).toBe(200);
      expect(listed.body.executions).toContainEqual(expect.objectContaining({ id: body.id, status: 'SUCCEEDED' }));
      const stopped = await at('DELETE', `${path}/${body.id}`, { reason: 'too late' });
      expect(stopped).toMatchObject({ status: 200, body: { id: body.id, status: 'SUCCEEDED' } });
    });

    it('describes flows and itself', async () => {
      const all = await at('GET', '/flows');
      expect(all.body.flows.map(({ name }: { name: string }) => name).sort()).toEqual(
        flows.map(({ name }) => name).sort(),
      );
      const one = await at('GET', '/flows/user-insights');
      expect(one.body).toMatchObject({ name: 'user-insights', type: 'STANDARD' });
      expect(one.body.examples).toContainEqual(expect.objectContaining({ input: { user_id: 'u005' } }));
      const { body } = await at('GET', '/openapi.json');
      expect(Object.keys(body.paths)).toContain('/flows/{name}/executions/{id}/history');
    });

    it('refuses an input that does not fit', async () => {
      const answer = await signed(deployed().emulator, deployed().outputs.ApiUrl ?? '', {
        method: 'POST',
        path: '/flows/parallel-fetch/executions',
        body: { urls: [] },
      });
      expect(answer).toMatchObject({ status: 400, body: { error: { code: 'INVALID_INPUT' } } });
    });

    it('refuses unknown flows and executions', async () => {
      const flow = await signed(deployed().emulator, deployed().outputs.ApiUrl ?? '', {
        method: 'POST',
        path: '/flows/x/executions',
        body: {},
      });
      expect([flow.status, flow.body.error.code]).toEqual([404, 'FLOW_NOT_FOUND']);
      const execution = await ask(`${path}/nowhere`);
      expect([execution.status, execution.body.error.code]).toEqual([404, 'EXECUTION_NOT_FOUND']);
    });

    it('refuses a request without a signature', async () => {
      const url = deployed().outputs.ApiUrl ?? '';
      const answers = [
        await unsigned(deployed().emulator, url, { method: 'POST', path, body: { user_id: 'u005' } }),
        await unsigned(deployed().emulator, url, { method: 'GET', path: `${path}/once` }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([403, 403]);
    });
  });
}
