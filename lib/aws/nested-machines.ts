import { ArnFormat, CfnDeletionPolicy, CfnResource, Names, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { Compiled } from '../compiler/compile.ts';
import type { NestedMachine } from '../compiler/emit/frame.ts';
import { sha256 } from '../runtime/stores/blobs.ts';
import { type Arns, definitionProps } from './definition.ts';
import { hasDistributedMap } from './distributed-maps.ts';

/** Properties that the nested state machines of a workflow share. */
export interface NestedMachineProps {
  readonly role: iam.IRole;
  /** The ARN of a component's function. */
  readonly arnOf: Arns['component'];
  readonly secondsOf: Arns['seconds'];
  readonly tracingEnabled: boolean;
  readonly logs: sfn.LogOptions;
}

/** The state machines that a workflow's own state machine starts, if its flow is too large for one. */
export interface NestedMachines {
  /** The ARN of each, by its name in the definitions. */
  readonly arnOf: Arns['machine'];
  readonly stateMachines: readonly sfn.StateMachine[];
  /** Matches the names of all of them, including those of previous deployments. */
  readonly namePattern: string;
  /** Whether one of them has a distributed Map. */
  readonly hasDistributedMaps: boolean;
}

/** Characters of the parts of a name, WORKFLOW--STEP-HASH: with the hyphens, `QUOTAS.name`. STEP is the first step, HASH that of the definition. */
const NAME_LENGTHS = { workflow: 40, step: 29, hash: 8 };

/**
 * Creates the nested state machines of a workflow. One whose definition changes gets a new name, and the previous one is
 * retained: an execution that is running during a deployment continues with the nested state machines that it began with.
 */
export function createNestedMachines(
  workflow: Construct,
  { nestedMachines }: Compiled,
  props: NestedMachineProps,
): NestedMachines {
  const { arnOf, secondsOf = () => undefined, ...common } = props;
  const options = { separator: '-', allowedSpecialCharacters: '_-', maxLength: NAME_LENGTHS.workflow };
  const prefix = `${Names.uniqueResourceName(workflow, options)}--`;
  const names = new Map(nestedMachines.map((nested) => [nested.name, prefix + nameOf(nested)]));
  const machine = (name: string): string => arnOfName(workflow, 'stateMachine', names.get(name) ?? name);
  const arns: Arns = { component: arnOf, seconds: secondsOf, machine };
  const stateMachines = nestedMachines.map(({ name, stateMachine: definition }, index) => {
    // Part of the logical id: renaming it would replace deployed state machines.
    const id = `Part${index + 1}`;
    const stateMachine = new sfn.StateMachine(workflow, id, {
      ...common,
      ...definitionProps(workflow, definition, arns, id),
      stateMachineName: names.get(name) ?? name,
      stateMachineType: sfn.StateMachineType.STANDARD,
    });
    retainOnReplacement(stateMachine);
    return stateMachine;
  });
  const hasDistributedMaps = nestedMachines.some((nested) => hasDistributedMap(nested.stateMachine));
  return { arnOf: machine, stateMachines, namePattern: `${prefix}*`, hasDistributedMaps };
}

/** The end of a physical name, STEP-HASH. The compiler's name is FLOW--STEP. */
function nameOf({ name, stateMachine }: NestedMachine): string {
  const step = name.replace(/^.*?--/, '').slice(0, NAME_LENGTHS.step);
  const hash = sha256(JSON.stringify(stateMachine));
  return `${step}-${hash.slice(0, NAME_LENGTHS.hash)}`;
}

function retainOnReplacement(stateMachine: sfn.StateMachine): void {
  const resource = stateMachine.node.defaultChild;
  if (CfnResource.isCfnResource(resource)) resource.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
}

/** Formatted from the name: the role refers to the state machines, and they depend on the role, so references would be circular. */
const arnOfName = (scope: Construct, resource: 'stateMachine' | 'execution', resourceName: string): string =>
  Stack.of(scope).formatArn({ service: 'states', resource, resourceName, arnFormat: ArnFormat.COLON_RESOURCE_NAME });

/**
 * Allows the state machines of a workflow to start the nested ones and wait for them, and these to run distributed Maps.
 * Source: "IAM policies for nested workflow executions" and "IAM policies for using Distributed Map states", AWS Step
 * Functions developer guide.
 */
export function allowNestedMachines(
  workflow: Construct,
  role: iam.IRole,
  { namePattern, hasDistributedMaps }: NestedMachines,
): void {
  const allow = (actions: string[], resource: string): void => {
    role.addToPrincipalPolicy(new iam.PolicyStatement({ actions, resources: [resource] }));
  };
  const watch = ['states:DescribeExecution', 'states:StopExecution'];
  allow(['states:StartExecution'], arnOfName(workflow, 'stateMachine', namePattern));
  allow(
    hasDistributedMaps ? [...watch, 'states:RedriveExecution'] : watch,
    arnOfName(workflow, 'execution', namePattern),
  );
  const rule = 'StepFunctionsGetEventsForStepFunctionsExecutionRule';
  const arn = Stack.of(workflow).formatArn({ service: 'events', resource: 'rule', resourceName: rule });
  allow(['events:PutTargets', 'events:PutRule', 'events:DescribeRule'], arn);
}
