import { Lazy, type RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { Compiled } from '../compiler/compile.ts';
import { isObject } from '../protocol/json.ts';
import { sha256 } from '../runtime/stores/blobs.ts';
import { pascalCase } from './component-ids.ts';
import { type Arns, componentsOf, definitionProps } from './definition.ts';
import { nameByContent } from './named-by-content.ts';
import { retain, rootOf } from './retained.ts';
import type { RoleDraft } from './role-draft.ts';
import { createStateMachine, type StateMachineProps } from './state-machine.ts';
import { executionArn, stateMachineArn } from './state-machine-arns.ts';

/** Properties that the nested state machines of a workflow share. */
export interface NestedMachineProps extends StateMachineProps {
  /** The ARN of a component's function. */
  readonly arnOf: Arns['component'];
  readonly secondsOf: Arns['seconds'];
  /** What tells the version of a component's function from others. */
  readonly versionIdOf: (component: string) => string;
  /** What happens to those that a later deployment does not have. @default RemovalPolicy.RETAIN */
  readonly removalPolicy?: RemovalPolicy | undefined;
}

/** The state machines that a workflow's own state machine starts, if its flow is too large for one. */
export interface NestedMachines {
  /** The ARN of each, by its name in the definitions. */
  readonly arnOf: Arns['machine'];
  readonly stateMachines: readonly sfn.StateMachine[];
}

/**
 * Characters of the parts of a logical id, FLOW HASH STEP CONTENT. CloudFormation names a state machine by the first 27 characters
 * of its logical id, and adds some of its own.
 */
const ID_LENGTHS = { flow: 5, hash: 6, step: 8 };

/**
 * Matches the names of the nested state machines of a workflow, including those of previous deployments, and of no others;
 * undefined if it has none.
 */
export const nestedPattern = (workflow: Construct, { nestedMachines }: Compiled): string | undefined =>
  nestedMachines.length === 0 ? undefined : `*${idPrefix(workflow)}*`;

/**
 * Creates the nested state machines of a workflow. One whose definition changes, or that of a state machine or function which it
 * calls, becomes another one, and the previous one stays: an execution that is running during a deployment continues with
 * the nested state machines that it began with. CloudFormation names them, so that a former one is never in the way of one
 * with the same definition.
 */
export function createNestedMachines(
  workflow: Construct,
  { nestedMachines }: Compiled,
  props: NestedMachineProps,
): NestedMachines {
  const { arnOf, secondsOf = () => undefined, versionIdOf, removalPolicy, ...common } = props;
  const prefix = idPrefix(workflow);
  const created = new Map<string, sfn.StateMachine>();
  const machine = (name: string): string => Lazy.string({ produce: () => created.get(name)?.stateMachineArn ?? name });
  for (const [index, { name, stateMachine: definition }] of nestedMachines.entries()) {
    const id = `Part${index + 1}`;
    // A loop starts itself: its own ARN cannot be in its definition.
    const toMachine = (other: string): string => (other === name ? OWN_ARN : machine(other));
    const arns: Arns = { component: arnOf, seconds: secondsOf, machine: toMachine };
    const stateMachine = createStateMachine(workflow, id, {
      ...common,
      ...definitionProps(workflow, definition, arns, id),
      stateMachineType: sfn.StateMachineType.STANDARD,
    });
    nameByDefinition(stateMachine, { name, prefix, versions: () => componentsOf(definition).map(versionIdOf) });
    retain(stateMachine, removalPolicy);
    created.set(name, stateMachine);
  }
  return { arnOf: machine, stateMachines: [...created.values()] };
}

/** Of the state machine that evaluates it. Source: "Accessing execution data from the Context object", AWS Step Functions developer guide. */
const OWN_ARN = '{% $states.context.StateMachine.Id %}';

/** What the logical ids of a workflow's nested state machines begin with, and those of no other. */
function idPrefix(workflow: Construct): string {
  const hash = sha256(`${rootOf(Stack.of(workflow)).stackName} ${workflow.node.path}`).slice(0, ID_LENGTHS.hash);
  return `${idPart(workflow.node.id, ID_LENGTHS.flow) || 'Flow'}${hash}`;
}

/** The start of `text` as a part of a logical id; without digits at its start, where there can be none. */
const idPart = (text: string, length: number): string => pascalCase(text).replace(/^\d+/, '').slice(0, length);

interface NamedBy {
  readonly name: string;
  readonly prefix: string;
  /** What tells the versions that the definition names from others. */
  readonly versions: () => readonly string[];
}

function nameByDefinition(stateMachine: sfn.StateMachine, { name, prefix, versions }: NamedBy): void {
  const resource = stateMachine.node.defaultChild;
  if (!sfn.CfnStateMachine.isCfnStateMachine(resource)) return;
  const { definitionString, definitionS3Location, definitionSubstitutions } = resource;
  // The compiler's name is FLOW--STEP.
  const step = idPart(name.replace(/^.*?--/, ''), ID_LENGTHS.step);
  // The bucket of the app's assets may change; an object has the hash of its content as its key.
  const uploaded = Stack.of(stateMachine).resolve(definitionS3Location);
  const key = isObject(uploaded) ? uploaded.Key : null;
  const contentOf = () => [name, definitionString, key, definitionSubstitutions, versions()];
  nameByContent(resource, contentOf, prefix + step);
}

/**
 * Allows the state machines of a workflow to start the nested ones and wait for them. Source: "IAM policies for nested
 * workflow executions", AWS Step Functions developer guide.
 */
export function allowNestedMachines(workflow: Construct, draft: RoleDraft, pattern: string): void {
  draft.allow(['states:StartExecution'], stateMachineArn(workflow, pattern));
  draft.allow(['states:DescribeExecution', 'states:StopExecution'], executionArn(workflow, pattern));
  const rule = 'StepFunctionsGetEventsForStepFunctionsExecutionRule';
  const arn = Stack.of(workflow).formatArn({ service: 'events', resource: 'rule', resourceName: rule });
  draft.allow(['events:PutTargets', 'events:PutRule', 'events:DescribeRule'], arn);
}
