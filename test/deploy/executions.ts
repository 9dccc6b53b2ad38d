import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  SFNClient,
  StartExecutionCommand,
  StartSyncExecutionCommand,
  type StartSyncExecutionOutput,
} from '@aws-sdk/client-sfn';
import { blobStore, hydrate, type Json } from '../../lib/runtime/index.ts';
import { s3Store } from '../../lib/runtime/stores/s3-store.ts';
import type { Emulator } from './emulator.ts';

const POLL_MS = 50;

/** What the clients of the SDK need to call the emulator. */
export const client = ({ endpoint }: Emulator) => ({
  endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});

/** Starts an execution and waits until it has ended. */
export async function execute(
  emulator: Emulator,
  stateMachineArn: string,
  input: Json,
  name: string = randomUUID(),
): Promise<DescribeExecutionOutput> {
  return endOf(emulator, await start(emulator, stateMachineArn, input, name));
}

/** Starts an execution and answers its ARN. */
export async function start(
  emulator: Emulator,
  stateMachineArn: string,
  input: Json,
  name: string = randomUUID(),
): Promise<string> {
  const sfn = new SFNClient(client(emulator));
  const { executionArn = '' } = await sfn.send(
    new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }),
  );
  return executionArn;
}

/** Waits until an execution has ended. */
export async function endOf(emulator: Emulator, executionArn: string): Promise<DescribeExecutionOutput> {
  const sfn = new SFNClient(client(emulator));
  for (;;) {
    const execution = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    if (execution.status !== 'RUNNING') return execution;
    await sleep(POLL_MS);
  }
}

/** Starts an execution of an Express state machine and waits for its result. */
export async function executeSync(
  emulator: Emulator,
  stateMachineArn: string,
  input: Json,
  name: string,
): Promise<StartSyncExecutionOutput> {
  const sfn = new SFNClient({ ...client(emulator), disableHostPrefix: true });
  return sfn.send(new StartSyncExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
}

/** The output of an execution, with spilled values read back from the deployed bucket. */
export async function outputOf(
  emulator: Emulator,
  bucket: string,
  { output }: Pick<DescribeExecutionOutput, 'output'>,
): Promise<Json> {
  const store = s3Store(`s3://${bucket}/blobs`, new S3Client({ ...client(emulator), forcePathStyle: true }));
  return hydrate(JSON.parse(output ?? 'null'), blobStore(store));
}

/** The output of an execution whose values are small, or how it failed. */
export const outcomeOf = ({ status, output, error, cause }: DescribeExecutionOutput): Json =>
  output === undefined ? { status: status ?? '', error: error ?? '', cause: cause ?? '' } : JSON.parse(output);

/** The history of an execution. */
export async function historyOf(
  emulator: Emulator,
  { executionArn }: DescribeExecutionOutput,
): Promise<readonly HistoryEvent[]> {
  const sfn = new SFNClient(client(emulator));
  const { events = [] } = await sfn.send(
    new GetExecutionHistoryCommand({ executionArn, includeExecutionData: true, maxResults: 1000 }),
  );
  return events;
}

/** Creates a secret in Secrets Manager. */
export async function createSecret(emulator: Emulator, name: string, text: string): Promise<void> {
  await new SecretsManagerClient(client(emulator)).send(new CreateSecretCommand({ Name: name, SecretString: text }));
}
