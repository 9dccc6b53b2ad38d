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
  executions: 'Executions are named when they start; the right ends at the executions of one state machine.',
} as const;

/** Acknowledges the findings, each at the role or bucket that it is about. */
export function acknowledgeFindings({ blobs, workflows, api }: StepflowStack): void {
  acknowledge(blobs.bucket, 'AwsSolutions-S1', REASONS.accessLogs);
  for (const { stateMachine, distributedMaps } of workflows) {
    wildcard(stateMachine.role, '*', REASONS.noResources);
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

/** As cdk-nag writes the start of an execution's ARN. */
const EXECUTIONS = 'arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:';

const wildcard = (role: IConstruct | undefined, resource: string, reason: string): void => {
  if (role) acknowledge(role, `AwsSolutions-IAM5[Resource::${resource}]`, reason);
};

const acknowledge = (construct: IConstruct, id: string, reason: string): void =>
  Validations.of(construct).acknowledge({ id, reason });

function logicalId(construct: IConstruct): string {
  const resource = construct.node.defaultChild;
  return CfnElement.isCfnElement(resource) ? String(Stack.of(construct).resolve(resource.logicalId)) : '';
}
