import { setTimeout as sleep } from 'node:timers/promises';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EXPRESS_SUFFIX } from '../../protocol/deployed.ts';
import { blobStore } from '../../runtime/stores/blobs.ts';
import { s3Store } from '../../runtime/stores/s3-store.ts';
import type { Executions } from '../executions.ts';
import { awsExecutions } from './aws-executions.ts';
import { latestVersion, type PublishedVersion, type VersionClients, versionOfExecution } from './published-version.ts';

/** A deployed flow by its state machine. */
export interface FlowMachine {
  /** The flow's name. */
  readonly name: string;
  readonly stateMachineArn: string;
  /** The execution that is looked at, if it is one that exists. */
  readonly executionArn?: string;
}

/** The clients that a flow is asked with. */
export interface FlowClients extends VersionClients {
  readonly logs: CloudWatchLogsClient;
}

const DAY_MS = 24 * 3600 * 1000;

/** The executions of one deployed flow. What belongs to it is found by its definition: its facts, its blob store. */
export function executionsOf(clients: FlowClients, { name, stateMachineArn, executionArn }: FlowMachine): Executions {
  const versions = new Map<string, Promise<PublishedVersion>>();
  const version = (ofExecution: string | undefined): Promise<PublishedVersion> => {
    const key = ofExecution ?? stateMachineArn;
    const known = versions.get(key);
    if (known) return known;
    const read = ofExecution === undefined ? latestVersion(clients, key) : versionOfExecution(clients, key);
    versions.set(key, read);
    return read;
  };
  const objects = async () => {
    const { places } = await version(executionArn);
    const lifeMs = places.blobDays === undefined ? undefined : places.blobDays * DAY_MS;
    return s3Store(places.blobs, clients.s3, { lifeMs });
  };
  const blobs = async () => blobStore(await objects());
  const flow = {
    stateMachineArn,
    type: stateMachineArn.endsWith(EXPRESS_SUFFIX) ? ('EXPRESS' as const) : ('STANDARD' as const),
    facts: async () => (await version(undefined)).flow(),
    details: async (ofExecution?: string) => (await version(ofExecution)).flow(),
    logGroups: async (ofExecution: string) => (await version(ofExecution)).places.logs,
  };
  return awsExecutions({
    flows: { [name]: flow },
    sfn: clients.sfn,
    logs: clients.logs,
    waiting: async () => (await import('./s3-waiting.ts')).s3Waiting(await objects(), clients.s3),
    pause: (ms, signal) => sleep(ms, undefined, { signal }),
    blobs: {
      get: async (...asked) => (await blobs()).get(...asked),
      put: async (...asked) => (await blobs()).put(...asked),
    },
  });
}
