import type { Construct } from 'constructs';
import type { StateMachine } from '../asl/state-machine.ts';
import { statesIn } from '../asl/walk-states.ts';
import type { BlobStore } from './blob-store.ts';
import type { RoleDraft } from './role-draft.ts';
import { executionArn, stateMachineArn } from './state-machine-arns.ts';

/** Whether a state machine has a distributed Map, at any depth. */
export const hasDistributedMap = (machine: StateMachine): boolean =>
  statesIn(machine).some(
    ([, state]) => state.Type === 'Map' && state.ItemProcessor.ProcessorConfig?.Mode === 'DISTRIBUTED',
  );

/** What a ResultWriter does, which uploads in parts. Source: `ResultWriterV2` of aws-cdk-lib; as there, and no more. */
const UPLOAD_IN_PARTS = ['s3:ListMultipartUploadParts', 's3:AbortMultipartUpload'];

/** Allows the distributed Maps of state machines to read their items from the blob store, and to write results to it. */
export function allowMapObjects(draft: RoleDraft, blobs: BlobStore): void {
  blobs.grantReadWrite(draft);
  draft.allow(UPLOAD_IN_PARTS, blobs.bucket.arnForObjects(`${blobs.prefix}/*`));
}

/**
 * Allows a state machine to run its distributed Maps, whose iterations are executions `NAME/LABEL:ID` of its own; those of
 * a state machine that was started otherwise are `NAME:ID`. `name` may end with `*`. Source: "IAM policies for using Distributed
 * Map states", AWS Step Functions developer guide.
 */
export function allowMapRuns(scope: Construct, draft: RoleDraft, name: string): void {
  const own = executionArn(scope, `${name}:*`);
  const iterations = executionArn(scope, `${name}/*:*`);
  draft.allow(['states:StartExecution'], stateMachineArn(scope, name));
  draft.allow(['states:DescribeExecution', 'states:StopExecution'], own, iterations);
  draft.allow(['states:RedriveExecution'], iterations);
}
