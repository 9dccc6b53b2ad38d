import { CfnElement, Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { StepflowStack } from './stepflow-stack.ts';

/** Why a finding of cdk-nag's AwsSolutions rules is accepted: every finding that the stack has, and no other. */
const REASONS = {
  accessLogs:
    'Only functions of the stack may reach the bucket; each logs its invocations, and CloudTrail records objects where that is wanted.',
  noResources:
    'X-Ray and log delivery have no resources that a policy could name (AWS service authorization reference; Step Functions guide, "Logging using CloudWatch Logs").',
  blobs: 'A blob is named by the hash of its content, which nobody knows beforehand; the right ends at the blobs.',
  parts:
    'The name of a part of a flow ends with the hash of its definition: executions under way start the parts that they began with, also after the next deployment.',
  executions: 'Executions are named when they start; the right ends at the executions of one state machine.',
} as const;

/** Acknowledges the findings, each at the role or bucket that it is about. */
export function acknowledgeFindings({ blobs, workflows, api }: StepflowStack): void {
  acknowledge(blobs.bucket, 'AwsSolutions-S1', REASONS.accessLogs);
  for (const { stateMachine, parts, distributedMaps } of workflows) {
    wildcard(stateMachine.role, '*', REASONS.noResources);
    if (parts) {
      wildcard(stateMachine.role, `${STATES}stateMachine:${parts.pattern}`, REASONS.parts);
      wildcard(stateMachine.role, `${EXECUTIONS}${parts.pattern}`, REASONS.executions);
    }
    if (parts?.haveMaps)
      wildcard(stateMachine.role, `<${logicalId(blobs.bucket)}.Arn>/${blobs.prefix}/*`, REASONS.blobs);
    if (!distributedMaps) continue;
    wildcard(stateMachine.role, `<${logicalId(blobs.bucket)}.Arn>/${blobs.prefix}/*`, REASONS.blobs);
    wildcard(distributedMaps, `${EXECUTIONS}<${logicalId(stateMachine)}.Name>/*`, REASONS.executions);
  }
  const components = new Set(workflows.flatMap(({ functions }) => [...functions.values()]));
  for (const { function: each } of [...components, api]) {
    wildcard(each.role, '*', REASONS.noResources);
    wildcard(each.role, `<${logicalId(blobs.bucket)}.Arn>/${blobs.prefix}/*`, REASONS.blobs);
  }
  for (const { stateMachine } of workflows.filter(({ compiled }) => compiled.type === 'STANDARD')) {
    wildcard(api.function.role, `${EXECUTIONS}<${logicalId(stateMachine)}.Name>:*`, REASONS.executions);
  }
}

/** As cdk-nag writes the start of an ARN. */
const STATES = 'arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:';
const EXECUTIONS = `${STATES}execution:`;

const wildcard = (role: IConstruct | undefined, resource: string, reason: string): void => {
  if (role) acknowledge(role, `AwsSolutions-IAM5[Resource::${resource}]`, reason);
};

const acknowledge = (construct: IConstruct, id: string, reason: string): void =>
  Validations.of(construct).acknowledge({ id, reason });

function logicalId(construct: IConstruct): string {
  const resource = construct.node.defaultChild;
  return CfnElement.isCfnElement(resource) ? String(Stack.of(construct).resolve(resource.logicalId)) : '';
}
