import { CfnElement, Names, Stack, Validations } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import type { ComponentFunction } from './component-function.ts';
import { nestedPattern } from './nested-machines.ts';
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
  const objects = `<${logicalId(blobs.bucket)}.Arn>/${blobs.prefix}/*`;
  const nestedObjects = `<referenceto${uniqueId(blobs.bucket)}Arn>/${blobs.prefix}/*`;
  for (const workflow of workflows) {
    const { stateMachine, stateMachineName, functions } = workflow;
    acknowledgeWildcard(stateMachine.role, '*', REASONS.noResources);
    acknowledgeWildcard(stateMachine.role, objects, REASONS.blobs);
    for (const each of functions.values()) acknowledgeVersions(stateMachine.role, each);
    for (const name of [stateMachineName, nestedPattern(workflow, workflow.compiled) ?? []].flat()) {
      acknowledgeWildcard(stateMachine.role, `${EXECUTIONS}${name}`, REASONS.executions);
      acknowledgeWildcard(stateMachine.role, `${EXECUTIONS}${name}:*`, REASONS.executions);
      acknowledgeWildcard(stateMachine.role, `${EXECUTIONS}${name}/*:*`, REASONS.executions);
      acknowledgeWildcard(stateMachine.role, `${STATES}stateMachine:${name}`, REASONS.nestedMachines);
    }
  }
  const components = new Set(workflows.flatMap(({ functions }) => [...functions.values()]));
  for (const { function: each } of [...components, api]) {
    acknowledgeWildcard(each.role, '*', REASONS.noResources);
    acknowledgeWildcard(each.role, each.stack.nested ? nestedObjects : objects, REASONS.blobs);
  }
  for (const { function: caller, calls } of components) {
    for (const each of calls) acknowledgeVersions(caller.role, each);
  }
  for (const { stateMachineName } of workflows)
    acknowledgeWildcard(api.function.role, `${EXECUTIONS}${stateMachineName}:*`, REASONS.executions);
}

/** How cdk-nag spells the start of an ARN. */
const STATES = 'arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:';
const EXECUTIONS = `${STATES}execution:`;

const acknowledgeWildcard = (role: IConstruct | undefined, resource: string, reason: string): void => {
  if (role) acknowledge(role, `AwsSolutions-IAM5[Resource::${resource}]`, reason);
};

const acknowledgeVersions = (role: IConstruct | undefined, { function: called }: ComponentFunction): void =>
  acknowledgeWildcard(role, `<${arnOf(called)}>:*`, REASONS.versions);

const acknowledge = (construct: IConstruct, id: string, reason: string): void =>
  Validations.of(construct).acknowledge({ id, reason });

/** The ARN of a function, which another stack reads from the outputs of the nested stack that the function is in. */
function arnOf({ node, stack }: lambda.Function): string {
  const resource = node.defaultChild ?? node.scope ?? stack;
  const nested = stack.nestedStackResource;
  if (!nested) return `${logicalIdOf(resource)}.Arn`;
  return `${logicalIdOf(nested)}.Outputs.${Names.uniqueId(resource)}Arn`;
}

/** A nested stack has what it reads of the other in a parameter, which has this in its name. */
const uniqueId = (construct: IConstruct): string => Names.uniqueId(construct.node.defaultChild ?? construct);

const logicalId = ({ node }: IConstruct): string => logicalIdOf(node.defaultChild);

const logicalIdOf = (resource: IConstruct | undefined): string =>
  resource && CfnElement.isCfnElement(resource) ? String(Stack.of(resource).resolve(resource.logicalId)) : '';
