import { type Duration, Lazy, type RemovalPolicy } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { LIVE_ALIAS } from '../protocol/deployed.ts';
import { retain } from './retained.ts';
import { WorkflowError } from './workflow-error.ts';

/**
 * How executions that are started move from the previous version of a flow to the new one. Executions that are running end as
 * they began in any case.
 */
export interface GradualDeployment {
  /** `linear`: `percentage` more in each `interval`; `canary`: `percentage` at first, and the rest after one `interval`. */
  readonly type: 'linear' | 'canary';
  /** Percent of the executions that are started, 1 to 99. */
  readonly percentage: number;
  /** From one step to the next: whole minutes, up to 2,100. CloudFormation waits for the last one. */
  readonly interval: Duration;
  /**
   * CloudWatch alarms: if one goes off meanwhile, all executions are started with the previous version again, and the
   * deployment is rolled back. For alarms of the flow itself, see `Workflow.rollBackOn`.
   * @default - none
   */
  readonly alarms?: readonly WatchedAlarm[];
}

/** An alarm: any `cloudwatch.IAlarm`. */
export interface WatchedAlarm {
  readonly alarmName: string;
}

/** Properties of a live alias. */
export interface LiveAliasProps {
  readonly deployment?: GradualDeployment | undefined;
  readonly removalPolicy?: RemovalPolicy | undefined;
}

/** The version of a state machine that a deployment publishes, and the alias that is moved to it. */
export interface LiveAlias {
  readonly version: sfn.CfnStateMachineVersion;
  readonly alias: sfn.CfnStateMachineAlias;
  /** The alarms that are watched while the alias is moved; undefined where it is moved at once. */
  readonly alarms: WatchedAlarm[] | undefined;
}

/**
 * Publishes a version of a state machine in each deployment that changes its definition, role or logging, and moves the alias
 * `live` to it. Previous versions stay. Source: "AWS::StepFunctions::StateMachineVersion" and
 * "AWS::StepFunctions::StateMachineAlias", AWS CloudFormation template reference.
 */
export function publishLive(scope: Construct, machine: sfn.StateMachine, props: LiveAliasProps): LiveAlias {
  // An alias stays with its state machine, and a state machine of another type is another one.
  const suffix = machine.stateMachineType === sfn.StateMachineType.EXPRESS ? 'Express' : '';
  const resource = machine.node.defaultChild as sfn.CfnStateMachine;
  const version = new sfn.CfnStateMachineVersion(scope, `Version${suffix}`, {
    stateMachineArn: machine.stateMachineArn,
    // Another revision means another version.
    stateMachineRevisionId: resource.attrStateMachineRevisionId,
  });
  retain(version, props.removalPolicy);
  const alarms = props.deployment && [...(props.deployment.alarms ?? [])];
  const alias = new sfn.CfnStateMachineAlias(scope, `Live${suffix}`, {
    name: LIVE_ALIAS,
    description: 'The version that the latest deployment published',
    deploymentPreference: preferenceOf(scope, version.ref, props.deployment, alarms),
  });
  return { version, alias, alarms };
}

/** The limits of CloudFormation; a longer deployment is refused. Source: "AWS::StepFunctions::StateMachineAlias DeploymentPreference". */
const MOST = { percentage: 99, minutes: 2100 };

function preferenceOf(
  scope: Construct,
  stateMachineVersionArn: string,
  deployment: GradualDeployment | undefined,
  alarms: readonly WatchedAlarm[] = [],
): sfn.CfnStateMachineAlias.DeploymentPreferenceProperty {
  if (!deployment) return { stateMachineVersionArn, type: 'ALL_AT_ONCE' };
  const { type, percentage } = deployment;
  const interval = minutesOf(scope, deployment.interval);
  refuseImpossible(scope, deployment, interval);
  return {
    stateMachineVersionArn,
    type: type === 'linear' ? 'LINEAR' : 'CANARY',
    percentage,
    interval,
    // Alarms of the flow itself are added when there is a flow.
    alarms: Lazy.list({ produce: () => alarms.map(({ alarmName }) => alarmName) }, { omitEmpty: true }),
  };
}

function minutesOf(scope: Construct, interval: Duration): number {
  // The app may have another copy of the CDK.
  if (typeof interval?.toSeconds !== 'function') {
    const remedy = 'give a duration of the CDK, such as Duration.minutes(5)';
    throw new WorkflowError(scope, `deployment.interval is ${JSON.stringify(interval)}; ${remedy}`);
  }
  const seconds = interval.toSeconds({ integral: false });
  if (seconds > 0 && seconds % 60 === 0) return seconds / 60;
  throw new WorkflowError(
    scope,
    `deployment.interval is ${seconds} s; give whole minutes, such as Duration.minutes(${Math.max(1, Math.ceil(seconds / 60))})`,
  );
}

function refuseImpossible(scope: Construct, { type, percentage }: GradualDeployment, interval: number): void {
  if (type !== 'linear' && type !== 'canary')
    throw new WorkflowError(scope, `deployment.type is ${JSON.stringify(type)}; give 'linear' or 'canary'`);
  if (!Number.isInteger(percentage) || percentage < 1 || percentage > MOST.percentage) {
    const remedy = 'or leave deployment out to move all executions at once';
    throw new WorkflowError(
      scope,
      `deployment.percentage is ${percentage}; give a whole number from 1 to ${MOST.percentage}, ${remedy}`,
    );
  }
  const steps = type === 'linear' ? Math.ceil(100 / percentage) : 1;
  if (steps * interval <= MOST.minutes) return;
  throw new WorkflowError(
    scope,
    `deployment takes ${steps * interval} minutes (${steps} × ${interval}), and CloudFormation allows ${MOST.minutes}; give a larger percentage or a shorter interval`,
  );
}
