import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Clients, deleteParts, findSuperfluous } from '../../lib/aws/prune/prune.ts';
import { stepflow } from '../cli/running.ts';
import { bootstrap, DEPLOY_TIMEOUT, isolated, type Outputs } from './cdk.ts';
import { adds, CHANGING_FLOW, CHANGING_STACK, HOLDS, writeChanging } from './changing-project.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import { client, endOf, execute, outcomeOf, start } from './executions.ts';

// A deployment while an execution runs, in an emulator of AWS: see launcher.py and state_machine_versions.py for what this
// proves and what it does not.

const PASSES = Array.from({ length: 10 }, (_, at) => ({ id: `pass${at}`, component: 'pass' }));
const LONG = [
  { id: 'hold', component: 'hold' },
  { id: 'rate', component: 'rate' },
  { id: 'gone', component: 'gone' },
  ...PASSES,
];
const SHORT = [
  { id: 'hold', component: 'hold' },
  { id: 'rate', component: 'rate' },
];

const require = createRequire(import.meta.url);

let emulator: Emulator;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stepflow-changing-'));
  emulator = await startEmulator();
  await bootstrap(emulator);
}, DEPLOY_TIMEOUT);

afterAll(async () => {
  await emulator?.stop();
  rmSync(folder, { recursive: true });
});

/** Calls the command line in the app's folder, and answers what `--json` printed. */
async function stepflowJson(...argv: readonly string[]) {
  const { code, stdout, stderr } = await stepflow([...argv, '--json'], folder, {
    ...process.env,
    ...isolated(emulator),
  }).end();
  if (code !== 0) throw new Error(`stepflow ${argv.join(' ')} failed:\n${stdout}\n${stderr}`);
  return JSON.parse(stdout);
}

/** Deploys the flow of a file, as `stepflow deploy` does, and answers the stack's outputs and what changed. */
async function deployFlow(flow: string): Promise<{ readonly outputs: Outputs; readonly change: object }> {
  const app = `node --import ${pathToFileURL(require.resolve('tsx'))} ${join(import.meta.dirname, 'changing-app.ts')}`;
  writeFileSync(join(folder, 'cdk.json'), JSON.stringify({ app, context: { [CHANGING_FLOW]: flow } }));
  const { flows: planned } = await stepflowJson('diff');
  const { ok, stacks, flows } = await stepflowJson('deploy', '--yes');
  expect({ ok, flows }).toEqual({ ok: true, flows: planned });
  const [{ name, outputs }] = stacks;
  expect(name).toBe(CHANGING_STACK);
  return { outputs, change: flows };
}

const clients = (): Clients => ({
  cloudFormation: new CloudFormationClient(client(emulator)),
  iam: new IAMClient(client(emulator)),
  lambda: new LambdaClient(client(emulator)),
  sfn: new SFNClient(client(emulator)),
});

/** What `stepflow prune` finds, without the wait after a deployment: kinds and names. */
const found = async (): Promise<readonly string[]> =>
  (await findSuperfluous(clients(), CHANGING_STACK, 0)).map(({ kind, arn }) => `${kind} ${arn}`);

describe('an execution that runs while its flow is deployed again', { timeout: DEPLOY_TIMEOUT }, () => {
  it('ends as it began, and what it needs is deleted when it has ended', async () => {
    const release = join(folder, 'release');
    const first = { hold: HOLDS, rate: adds('rated'), gone: adds('gone'), pass: adds('passed') };
    const { outputs: before, change: added } = await deployFlow(writeChanging(folder, first, LONG));
    expect(added).toEqual([{ stack: CHANGING_STACK, flow: 'chain', change: 'added', parts: [] }]);
    const running = await start(emulator, before.ChainAlias ?? '', { file: release });

    // One component is another, one is gone, and so are the nested state machines.
    const short = writeChanging(folder, { hold: HOLDS, rate: adds('rated anew') }, SHORT);
    const { outputs: after, change: changed } = await deployFlow(short);
    const functions = ['Gone', 'Pass', 'Rate'].map((name) => `function My${name}`);
    expect(changed).toMatchObject([
      { flow: 'chain', change: 'changed', parts: expect.arrayContaining(['definition', ...functions]) },
    ]);
    expect(JSON.stringify(changed)).not.toContain('MyHold');
    expect(after.ChainAlias).toBe(before.ChainAlias);
    const whileRunning = await found();
    expect(whileRunning).toEqual([]);

    writeFileSync(release, '');
    const old = ['held', 'rated', 'gone', ...PASSES.map(() => 'passed')];
    expect(outcomeOf(await endOf(emulator, running))).toEqual({ outcome: 'success', result: old });
    const now = await execute(emulator, after.ChainAlias ?? '', { file: release });
    expect(outcomeOf(now)).toEqual({ outcome: 'success', result: ['held', 'rated anew'] });

    const left = await found();
    const kinds = (parts: readonly string[]) => new Set(parts.map((part) => part.replace(/ arn:.*/, '')));
    expect(kinds(left)).toEqual(
      new Set(['state machine version', 'state machine', 'function version', 'function', 'role']),
    );
    const deleted = await deleteParts(clients(), await findSuperfluous(clients(), CHANGING_STACK, 0));
    expect(deleted.filter(({ problem }) => problem !== undefined)).toEqual([]);
    expect(await found()).toEqual([]);
    const again = await execute(emulator, after.ChainAlias ?? '', { file: release });
    expect(outcomeOf(again)).toEqual({ outcome: 'success', result: ['held', 'rated anew'] });
    const destroyed = await stepflowJson('destroy', '--yes');
    expect(destroyed).toEqual({ ok: true, stacks: [{ name: CHANGING_STACK, flows: [{ flow: 'chain', running: 0 }] }] });
    const { flows } = await stepflowJson('diff');
    expect(flows).toMatchObject([{ flow: 'chain', change: 'added' }]);
  });
});
