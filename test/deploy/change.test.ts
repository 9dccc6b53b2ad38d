import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Clients, deleteParts, findSuperfluous } from '../../lib/aws/prune/prune.ts';
import { bootstrap, DEPLOY_TIMEOUT, deploy, type Outputs } from './cdk.ts';
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

async function deployFlow(flow: string): Promise<Outputs> {
  const command = `npx tsx ${join(import.meta.dirname, 'changing-app.ts')}`;
  return (await deploy(emulator, command, { [CHANGING_FLOW]: flow }))[CHANGING_STACK] ?? {};
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
    const before = await deployFlow(writeChanging(folder, first, LONG));
    const running = await start(emulator, before.ChainAlias ?? '', { file: release });

    // One component is another, one is gone, and so are the nested state machines.
    const after = await deployFlow(writeChanging(folder, { hold: HOLDS, rate: adds('rated anew') }, SHORT));
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
  });
});
