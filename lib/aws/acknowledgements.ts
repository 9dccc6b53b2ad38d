import { CfnElement, Names, Stack, Validations } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import type { StoreKind } from '../runtime/stores/store-folders.ts';
import { STORE_USES } from '../runtime/stores/store-use.ts';
import { mapsIn, startedBy } from './api-rights.ts';
import type { BlobStore } from './blob-store.ts';
import type { ComponentFunction } from './component-function.ts';
import { hasDistributedMaps } from './distributed-maps.ts';
import { nestedPattern } from './nested-machines.ts';
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
  versions:
    'Each deployment that changes a function publishes a version of it, and a running execution calls the version that its definition names; the permission covers the versions of one function.',
  deadLetters: 'The queue has the dead letters of rules and schedules of EventBridge, and an alarm watches it.',
  queueKeys:
    'Only a queue knows the key that encrypts it; the permission covers what that key encrypted for the one queue of the trigger.',
  executions: 'Executions are named when they start; the permission covers the executions of one state machine only.',
} as const;

/** Acknowledges each finding at the role or bucket that it concerns. */
export function acknowledgeFindings({ blobs, workflows, api }: StepflowStack): void {
  if (blobs.bucket instanceof s3.Bucket) acknowledge(blobs.bucket, 'AwsSolutions-S1', REASONS.accessLogs);
  for (const workflow of workflows) {
    const { stateMachine, stateMachineName, functions } = workflow;
    acknowledgeWildcard(stateMachine.role, '*', REASONS.noResources);
    for (const each of workflow.triggers) {
      acknowledgeWildcard(each.stateMachine.role, '*', REASONS.noResources);
      acknowledgeWildcard(each.sourceRole, QUEUE_KEYS, REASONS.queueKeys);
    }
    if (workflow.deadLetters) acknowledge(workflow.deadLetters, 'AwsSolutions-SQS3', REASONS.deadLetters);
    for (const each of functions.values()) acknowledgeVersions(stateMachine.role, each);
    for (const name of [stateMachineName, nestedPattern(workflow, workflow.compiled) ?? []].flat()) {
      acknowledgeWildcard(stateMachine.role, `${EXECUTIONS}${name}`, REASONS.executions);
      acknowledgeWildcard(stateMachine.role, `${EXECUTIONS}${name}:*`, REASONS.executions);
      acknowledgeWildcard(stateMachine.role, `${EXECUTIONS}${name}/*:*`, REASONS.executions);
      acknowledgeWildcard(stateMachine.role, `${STATES}stateMachine:${name}`, REASONS.nestedMachines);
    }
    if (hasDistributedMaps(workflow.compiled))
      for (const kind of ['mapItems', 'mapResults'] as const) acknowledgeObjects(stateMachine.role, blobs, kind);
  }
  const components = new Set(workflows.flatMap(({ functions }) => [...functions.values()]));
  for (const { function: each } of [...components, api]) {
    acknowledgeWildcard(each.role, '*', REASONS.noResources);
    acknowledgeObjects(each.role, blobs, 'blobs');
  }
  for (const { function: each, uses, calls } of components) {
    for (const use of uses) acknowledgeObjects(each.role, blobs, STORE_USES[use].kind);
    for (const called of calls) acknowledgeVersions(each.role, called);
  }
  const standard = workflows.filter(({ compiled }) => compiled.type === 'STANDARD');
  for (const name of [...standard.map(({ stateMachineName }) => stateMachineName), ...startedBy(standard)])
    acknowledgeWildcard(api.function.role, `${EXECUTIONS}${name}:*`, REASONS.executions);
  for (const name of mapsIn(standard))
    acknowledgeWildcard(api.function.role, `${STATES}mapRun:${name}/*:*`, REASONS.executions);
}

/** How cdk-nag spells the start of an ARN. */
const STATES = 'arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:';
const EXECUTIONS = `${STATES}execution:`;
const QUEUE_KEYS = 'arn:<AWS::Partition>:kms:<AWS::Region>:*:key/*';

const acknowledgeWildcard = (role: IConstruct | undefined, resource: string, reason: string): void => {
  if (role) acknowledge(role, `AwsSolutions-IAM5[Resource::${resource}]`, reason);
};

/** Acknowledges a permission for all objects of a kind. */
function acknowledgeObjects(role: IConstruct | undefined, blobs: BlobStore, kind: StoreKind): void {
  // A nested stack has what it reads of the other in a parameter.
  const arn =
    role && Stack.of(role).nested ? `referenceto${uniqueId(blobs.bucket)}Arn` : `${logicalId(blobs.bucket)}.Arn`;
  acknowledgeWildcard(role, `<${arn}>/${blobs.folderOf(kind)}*`, REASONS.objects);
}

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

const uniqueId = (construct: IConstruct): string => Names.uniqueId(construct.node.defaultChild ?? construct);

const logicalId = ({ node }: IConstruct): string => logicalIdOf(node.defaultChild);

const logicalIdOf = (resource: IConstruct | undefined): string =>
  resource && CfnElement.isCfnElement(resource) ? String(Stack.of(resource).resolve(resource.logicalId)) : '';
