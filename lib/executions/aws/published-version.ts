import type { S3Client } from '@aws-sdk/client-s3';
import {
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import { readVersionComment, type VersionPlaces } from '../../protocol/deployed.ts';
import { isObject, type Json } from '../../protocol/json.ts';
import { parseLocation } from '../../runtime/stores/s3-location.ts';
import { s3Store } from '../../runtime/stores/s3-store.ts';
import { ExecutionError } from '../measured/execution-error.ts';
import type { PublishedFlow } from './deployed-flows.ts';

/** A version of a flow, by what its definition says of it. */
export interface PublishedVersion {
  readonly places: VersionPlaces;
  /** What was known of it at synthesis. Read once. */
  readonly flow: () => Promise<PublishedFlow>;
}

/** The clients that a version is read with. */
export interface VersionClients {
  readonly sfn: SFNClient;
  readonly s3: S3Client;
}

/** The version that an execution has begun with. @throws ExecutionError where it says nothing of itself */
export async function versionOfExecution(clients: VersionClients, executionArn: string): Promise<PublishedVersion> {
  const { definition } = await clients.sfn.send(new DescribeStateMachineForExecutionCommand({ executionArn }));
  return published(clients, definition, `the execution ${executionArn}`);
}

/** The version of the latest deployment. @throws ExecutionError where it says nothing of itself */
export async function latestVersion(clients: VersionClients, stateMachineArn: string): Promise<PublishedVersion> {
  const { definition } = await clients.sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
  return published(clients, definition, `the state machine ${stateMachineArn}`);
}

function published({ s3 }: VersionClients, definition: string | undefined, of: string): PublishedVersion {
  const machine: Json = JSON.parse(definition ?? '{}');
  const places = isObject(machine) ? readVersionComment(machine.Comment) : undefined;
  if (!places)
    throw new ExecutionError(
      `${of} does not tell which flow it is of: it is a part of another execution, or was deployed by an earlier release of stepflow-aws`,
      "name the flow's own execution, or deploy the flow again and start it again; the console of Step Functions shows what runs already",
    );
  let read: Promise<PublishedFlow> | undefined;
  const flow = (): Promise<PublishedFlow> => {
    read ??= readFacts(s3, places.facts);
    return read;
  };
  return { places, flow };
}

async function readFacts(s3: S3Client, location: string): Promise<PublishedFlow> {
  const { Bucket, prefix } = parseLocation(location);
  // A location of a store ends with a slash.
  const text = await s3Store(`s3://${Bucket}`, s3).read(prefix.replace(/\/$/, ''));
  if (text !== undefined) return JSON.parse(text);
  throw new ExecutionError(
    `${location} is gone, which has the steps of this version of the flow`,
    'it was an asset of the CDK, which "cdk gc" deletes where no stack needs it any more: deploy that version again',
  );
}
