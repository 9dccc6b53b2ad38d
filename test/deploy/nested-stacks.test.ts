import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootstrap, DEPLOY_TIMEOUT, deploy, type Outputs, RUN_TIMEOUT } from './cdk.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import { execute, outcomeOf } from './executions.ts';
import { NESTED_FLOWS, NESTED_STACK, nestedProject } from './nested-stacks-project.ts';

let emulator: Emulator;
let outputs: Outputs;

beforeAll(async () => {
  emulator = await startEmulator();
  await bootstrap(emulator);
  const command = `npx tsx ${join(import.meta.dirname, 'nested-stacks-app.ts')}`;
  outputs = (await deploy(emulator, command, { [NESTED_FLOWS]: nestedProject() }))[NESTED_STACK] ?? {};
}, DEPLOY_TIMEOUT);

afterAll(() => emulator?.stop());

describe('functions in nested stacks', { timeout: RUN_TIMEOUT }, () => {
  it('are called by the flows', async () => {
    const execution = await execute(emulator, outputs.ChainAlias ?? '', 1);
    expect(outcomeOf(execution)).toEqual({ outcome: 'success', result: ['name', ['join', ['double', 1]]] });
  });

  it('are called by flows that are only known then', async () => {
    const flow = { steps: [{ id: 'a', component: '/part/join', input: { $input: '$' } }], output: { $step: 'a' } };
    const execution = await execute(emulator, outputs.AnyAlias ?? '', { flow });
    expect(outcomeOf(execution)).toEqual({ outcome: 'success', result: ['join', ['join', 1]] });
  });
});
