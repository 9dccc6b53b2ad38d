import { createHash } from 'node:crypto';
import { ArnFormat, CfnDeletionPolicy, CfnResource, Names, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { Compiled } from '../compiler/compile.ts';
import type { NestedMachine } from '../compiler/emit/frame.ts';
import { type Arns, definitionProps } from './definition.ts';
import { hasDistributedMap } from './distributed-maps.ts';

/** What the parts of a workflow have in common. */
export interface PartsProps {
  readonly role: iam.IRole;
  /** Of the functions. */
  readonly arnOf: Arns['component'];
  readonly tracingEnabled: boolean;
  readonly logs: sfn.LogOptions;
}

/** The state machines that a workflow's own one starts, where its flow is too large for one. */
export interface NestedMachines {
  /** The ARN of each, by the name that stands in the definitions. */
  readonly arnOf: Arns['machine'];
  readonly stateMachines: readonly sfn.StateMachine[];
  /** As the names of all are, those of former deployments too. */
  readonly pattern: string;
  /** Whether one of them has a distributed Map. */
  readonly haveMaps: boolean;
}

/** Characters of a part's name: the workflow, the first step, a hash of the definition; with what stands between them, all of `QUOTAS.name`. */
const LENGTHS = { workflow: 40, step: 29, hash: 8 };

/**
 * A state machine for each part of a workflow. A part whose definition changes gets a new name, and the state machine
 * that it was before stays: an execution that is under way when the flow is deployed again goes on with the parts that
 * it began with.
 */
export function createNestedMachines(
  workflow: Construct,
  { nestedMachines }: Compiled,
  props: PartsProps,
): NestedMachines {
  const { arnOf, ...common } = props;
  const options = { separator: '-', allowedSpecialCharacters: '_-', maxLength: LENGTHS.workflow };
  const prefix = `${Names.uniqueResourceName(workflow, options)}--`;
  const names = new Map(nestedMachines.map((part) => [part.name, prefix + nameOf(part)]));
  const machine = (name: string): string => arnNamed(workflow, 'stateMachine', names.get(name) ?? name);
  const arns: Arns = { component: arnOf, machine };
  const stateMachines = nestedMachines.map(({ name, stateMachine }, at) => {
    const id = `Part${at + 1}`;
    const part = new sfn.StateMachine(workflow, id, {
      ...common,
      ...definitionProps(workflow, stateMachine, arns, id),
      stateMachineName: names.get(name) ?? name,
      stateMachineType: sfn.StateMachineType.STANDARD,
    });
    keepFormer(part);
    return part;
  });
  const haveMaps = nestedMachines.some((part) => hasDistributedMap(part.stateMachine));
  return { arnOf: machine, stateMachines, pattern: `${prefix}*`, haveMaps };
}

/** The name of a part after that of the workflow. Those of compiled ones have the flow's in front. */
function nameOf({ name, stateMachine }: NestedMachine): string {
  const step = name.replace(/^.*?--/, '').slice(0, LENGTHS.step);
  const hash = createHash('sha256').update(JSON.stringify(stateMachine)).digest('hex');
  return `${step}-${hash.slice(0, LENGTHS.hash)}`;
}

function keepFormer(part: sfn.StateMachine): void {
  const resource = part.node.defaultChild;
  if (CfnResource.isCfnResource(resource)) resource.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
}

/** By name: a role may start the state machines that run by it, and none of them can be there before it. */
const arnNamed = (scope: Construct, resource: 'stateMachine' | 'execution', resourceName: string): string =>
  Stack.of(scope).formatArn({ service: 'states', resource, resourceName, arnFormat: ArnFormat.COLON_RESOURCE_NAME });

/**
 * Lets the state machines of a workflow start its parts and wait for them, and the parts run distributed Maps. Source:
 * "IAM policies for nested workflow executions" and "… for using Distributed Map states", AWS Step Functions developer
 * guide.
 */
export function allowNestedMachines(workflow: Construct, role: iam.IRole, { pattern, haveMaps }: NestedMachines): void {
  const allow = (actions: string[], resource: string): void => {
    role.addToPrincipalPolicy(new iam.PolicyStatement({ actions, resources: [resource] }));
  };
  const watch = ['states:DescribeExecution', 'states:StopExecution'];
  allow(['states:StartExecution'], arnNamed(workflow, 'stateMachine', pattern));
  allow(haveMaps ? [...watch, 'states:RedriveExecution'] : watch, arnNamed(workflow, 'execution', pattern));
  const rule = 'StepFunctionsGetEventsForStepFunctionsExecutionRule';
  const arn = Stack.of(workflow).formatArn({ service: 'events', resource: 'rule', resourceName: rule });
  allow(['events:PutTargets', 'events:PutRule', 'events:DescribeRule'], arn);
}
