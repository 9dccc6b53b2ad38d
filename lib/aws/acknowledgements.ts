import { CfnElement, Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { StoreKind } from '../runtime/stores/store-folders.ts';
import { STORE_USES } from '../runtime/stores/store-use.ts';
import type { BlobStore } from './blob-store.ts';
import type { StepflowStack } from './stepflow-stack.ts';

/** Why a finding of cdk-nag's AwsSolutions rules is accepted: every finding that the stack has, and no other. */
const REASONS = {
  accessLogs:
    'Only functions of the stack may access the bucket; each logs its invocations, and CloudTrail can record access to objects if required.',
  noResources:
    'X-Ray and log delivery have no resources that a policy could name (AWS service authorization reference; Step Functions guide, "Logging using CloudWatch Logs").',
  objects:
    'Objects are named by the hash of their content, of their key or of a Map Run, which is unknown at deployment; the permission covers one kind of objects only.',
  nestedMachines:
    'The name of a nested state machine ends with the hash of its definition: running executions keep starting the nested state machines that they began with, also after the next deployment.',
  executions: 'Executions are named when they start; the permission covers the executions of one state machine only.',
} as const;

/** Acknowledges each finding at the role or bucket that it concerns. */
export function acknowledgeFindings({ blobs, workflows, api }: StepflowStack): void {
  acknowledge(blobs.bucket, 'AwsSolutions-S1', REASONS.accessLogs);
  for (const { stateMachine, nestedMachines, distributedMaps } of workflows) {
    acknowledgeWildcard(stateMachine.role, '*', REASONS.noResources);
    if (nestedMachines) {
      acknowledgeWildcard(
        stateMachine.role,
        `${STATES}stateMachine:${nestedMachines.namePattern}`,
        REASONS.nestedMachines,
      );
      acknowledgeWildcard(stateMachine.role, `${EXECUTIONS}${nestedMachines.namePattern}`, REASONS.executions);
    }
    if (nestedMachines?.hasDistributedMaps || distributedMaps)
      for (const kind of ['mapItems', 'mapResults'] as const) acknowledgeObjects(stateMachine.role, blobs, kind);
    if (!distributedMaps) continue;
    acknowledgeWildcard(distributedMaps, `${EXECUTIONS}<${logicalId(stateMachine)}.Name>/*`, REASONS.executions);
  }
  const components = new Set(workflows.flatMap(({ functions }) => [...functions.values()]));
  for (const { function: each } of [...components, api]) {
    acknowledgeWildcard(each.role, '*', REASONS.noResources);
    acknowledgeObjects(each.role, blobs, 'blobs');
  }
  for (const { function: each, uses } of components)
    for (const use of uses) acknowledgeObjects(each.role, blobs, STORE_USES[use].kind);
  for (const { stateMachine } of workflows.filter(({ compiled }) => compiled.type === 'STANDARD')) {
    acknowledgeWildcard(api.function.role, `${EXECUTIONS}<${logicalId(stateMachine)}.Name>:*`, REASONS.executions);
  }
}

/** How cdk-nag spells the start of an ARN. */
const STATES = 'arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:';
const EXECUTIONS = `${STATES}execution:`;

const acknowledgeWildcard = (role: IConstruct | undefined, resource: string, reason: string): void => {
  if (role) acknowledge(role, `AwsSolutions-IAM5[Resource::${resource}]`, reason);
};

/** Acknowledges a permission for all objects of a kind. */
const acknowledgeObjects = (role: IConstruct | undefined, blobs: BlobStore, kind: StoreKind): void =>
  acknowledgeWildcard(role, `<${logicalId(blobs.bucket)}.Arn>/${blobs.folderOf(kind)}*`, REASONS.objects);

const acknowledge = (construct: IConstruct, id: string, reason: string): void =>
  Validations.of(construct).acknowledge({ id, reason });

function logicalId(construct: IConstruct): string {
  const resource = construct.node.defaultChild;
  return CfnElement.isCfnElement(resource) ? String(Stack.of(construct).resolve(resource.logicalId)) : '';
}
