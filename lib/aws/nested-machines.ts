import { CfnDeletionPolicy, CfnResource, Names, Stack } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { Compiled } from '../compiler/compile.ts';
import type { NestedMachine } from '../compiler/emit/frame.ts';
import { sha256 } from '../runtime/stores/blobs.ts';
import { type Arns, definitionProps } from './definition.ts';
import type { RoleDraft } from './role-draft.ts';
import { createStateMachine, type StateMachineProps } from './state-machine.ts';
import { executionArn, stateMachineArn } from './state-machine-arns.ts';

/** Properties that the nested state machines of a workflow share. */
export interface NestedMachineProps extends StateMachineProps {
  /** The ARN of a component's function. */
  readonly arnOf: Arns['component'];
}

/** What is known of the nested state machines of a workflow before they are created. */
export interface NestedMachineNames {
  /** Matches the names of all of them, including those of previous deployments. */
  readonly pattern: string;
  /** The name of each, by its name in the definitions. */
  readonly byMachine: ReadonlyMap<string, string>;
}

/** The state machines that a workflow's own state machine starts, if its flow is too large for one. */
export interface NestedMachines {
  /** The ARN of each, by its name in the definitions. */
  readonly arnOf: Arns['machine'];
  readonly stateMachines: readonly sfn.StateMachine[];
  /** Matches the names of all of them, including those of previous deployments. */
  readonly namePattern: string;
}

/** Characters of the parts of a name, WORKFLOW--STEP-HASH: with the hyphens, `QUOTAS.name`. STEP is the first step, HASH that of the definition. */
const NAME_LENGTHS = { workflow: 40, step: 29, hash: 8 };

/** The names of the nested state machines of a workflow; undefined if there are none. */
export function nestedMachineNames(workflow: Construct, { nestedMachines }: Compiled): NestedMachineNames | undefined {
  if (nestedMachines.length === 0) return undefined;
  const options = { separator: '-', allowedSpecialCharacters: '_-', maxLength: NAME_LENGTHS.workflow };
  const prefix = `${Names.uniqueResourceName(workflow, options)}--`;
  const byMachine = new Map(nestedMachines.map((nested) => [nested.name, prefix + nameOf(nested)]));
  return { pattern: `${prefix}*`, byMachine };
}

/**
 * Creates the nested state machines of a workflow. One whose definition changes gets a new name, and the previous one is
 * retained: an execution that is running during a deployment continues with the nested state machines that it began with.
 */
export function createNestedMachines(
  workflow: Construct,
  { nestedMachines }: Compiled,
  names: NestedMachineNames,
  { arnOf, ...props }: NestedMachineProps,
): NestedMachines {
  const nameIn = (name: string): string => names.byMachine.get(name) ?? name;
  const machine = (name: string): string => stateMachineArn(workflow, nameIn(name));
  const arns: Arns = { component: arnOf, machine };
  const stateMachines = nestedMachines.map(({ name, stateMachine: definition }, index) => {
    // Part of the logical id: renaming it would replace deployed state machines.
    const id = `Part${index + 1}`;
    const stateMachine = createStateMachine(workflow, id, {
      ...props,
      ...definitionProps(workflow, definition, arns, id),
      stateMachineName: nameIn(name),
      stateMachineType: sfn.StateMachineType.STANDARD,
    });
    retainOnReplacement(stateMachine);
    return stateMachine;
  });
  return { arnOf: machine, stateMachines, namePattern: names.pattern };
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

/**
 * Allows the state machines of a workflow to start the nested ones and wait for them. Source: "IAM policies for nested
 * workflow executions", AWS Step Functions developer guide.
 */
export function allowNestedMachines(workflow: Construct, draft: RoleDraft, { pattern }: NestedMachineNames): void {
  draft.allow(['states:StartExecution'], stateMachineArn(workflow, pattern));
  draft.allow(['states:DescribeExecution', 'states:StopExecution'], executionArn(workflow, pattern));
  const rule = 'StepFunctionsGetEventsForStepFunctionsExecutionRule';
  const arn = Stack.of(workflow).formatArn({ service: 'events', resource: 'rule', resourceName: rule });
  draft.allow(['events:PutTargets', 'events:PutRule', 'events:DescribeRule'], arn);
}
