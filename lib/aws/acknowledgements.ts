import { CfnElement, Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { ComponentFunction } from './component-function.ts';
import type { StepflowStack } from './stepflow-stack.ts';

/** Why a finding of cdk-nag's AwsSolutions rules is accepted: every finding that the stack has, and no other. */
const REASONS = {
  accessLogs:
    'Only functions of the stack may access the bucket; each logs its invocations, and CloudTrail can record access to objects if required.',
  noResources:
    'X-Ray and log delivery have no resources that a policy could name (AWS service authorization reference; Step Functions guide, "Logging using CloudWatch Logs").',
  blobs:
    'A blob is named by the hash of its content, which is unknown at deployment; the permission covers blobs only.',
  nestedMachines:
    'The name of a nested state machine ends with the hash of its definition: running executions keep starting the nested state machines that they began with, also after the next deployment.',
  versions:
    'Each deployment that changes a function publishes a version of it, and a running execution calls the version that its definition names; the permission covers the versions of one function.',
  executions: 'Executions are named when they start; the permission covers the executions of one state machine only.',
} as const;

/** Acknowledges each finding at the role or bucket that it concerns. */
export function acknowledgeFindings({ blobs, workflows, api }: StepflowStack): void {
  acknowledge(blobs.bucket, 'AwsSolutions-S1', REASONS.accessLogs);
  for (const { stateMachine, nestedMachines, distributedMaps, functions } of workflows) {
    acknowledgeWildcard(stateMachine.role, '*', REASONS.noResources);
    for (const each of functions.values()) acknowledgeVersions(stateMachine.role, each);
    if (nestedMachines) {
      acknowledgeWildcard(
        stateMachine.role,
        `${STATES}stateMachine:${nestedMachines.namePattern}`,
        REASONS.nestedMachines,
      );
      acknowledgeWildcard(stateMachine.role, `${EXECUTIONS}${nestedMachines.namePattern}`, REASONS.executions);
    }
    if (nestedMachines?.hasDistributedMaps)
      acknowledgeWildcard(stateMachine.role, `<${logicalId(blobs.bucket)}.Arn>/${blobs.prefix}/*`, REASONS.blobs);
    if (!distributedMaps) continue;
    acknowledgeWildcard(stateMachine.role, `<${logicalId(blobs.bucket)}.Arn>/${blobs.prefix}/*`, REASONS.blobs);
    acknowledgeWildcard(distributedMaps, `${EXECUTIONS}<${logicalId(stateMachine)}.Name>/*`, REASONS.executions);
  }
  const components = new Set(workflows.flatMap(({ functions }) => [...functions.values()]));
  for (const { function: each } of [...components, api]) {
    acknowledgeWildcard(each.role, '*', REASONS.noResources);
    acknowledgeWildcard(each.role, `<${logicalId(blobs.bucket)}.Arn>/${blobs.prefix}/*`, REASONS.blobs);
  }
  for (const { function: caller, calls } of components) {
    for (const each of calls) acknowledgeVersions(caller.role, each);
  }
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

const acknowledgeVersions = (role: IConstruct | undefined, { function: called }: ComponentFunction): void =>
  acknowledgeWildcard(role, `<${logicalId(called)}.Arn>:*`, REASONS.versions);

const acknowledge = (construct: IConstruct, id: string, reason: string): void =>
  Validations.of(construct).acknowledge({ id, reason });

function logicalId(construct: IConstruct): string {
  const resource = construct.node.defaultChild;
  return CfnElement.isCfnElement(resource) ? String(Stack.of(construct).resolve(resource.logicalId)) : '';
}
