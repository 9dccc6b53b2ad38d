import { Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import * as pipes from 'aws-cdk-lib/aws-pipes';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { CompiledTrigger } from '../../compiler/triggers/entry-machine.ts';
import { scheduleEvent } from '../../flow/triggers/schedule-event.ts';
import type { EventTrigger, QueueTrigger, ScheduleTrigger } from '../../flow/triggers/trigger.ts';
import { pascalCase } from '../component-ids.ts';
import { definitionProps } from '../definition.ts';
import { RoleDraft } from '../role-draft.ts';
import { createStateMachine } from '../state-machine.ts';
import { stateMachineArn } from '../state-machine-arns.ts';
import { stateMachineRoleDraft } from '../state-machine-role.ts';

/** What the triggers of a workflow need of it. */
export interface TriggerContext {
  /** The ARN of the alias that executions are started by. */
  readonly aliasArn: string;
  readonly grantStart: (grantee: iam.IGrantable) => iam.Grant;
  readonly deadLetters: sqs.Queue;
  readonly encryptionKey: kms.IKey | undefined;
  readonly logGroup: logs.ILogGroup;
  readonly includeExecutionData: boolean;
  /** Whether they start anything. */
  readonly enabled: boolean;
  readonly permissionsBoundary: iam.IManagedPolicy | undefined;
}

/** How long EventBridge tries to deliver an event, before it goes to the dead letters: as long as it can. */
const RETRIES = { maximumEventAgeInSeconds: 86_400, maximumRetryAttempts: 185 };

/** A trigger of a workflow: what notices events, and the Express state machine that starts the flow with them. */
export class WorkflowTrigger extends Construct {
  readonly stateMachine: sfn.StateMachine;
  private readonly context: TriggerContext;

  constructor(scope: Construct, { trigger, stateMachine: definition }: CompiledTrigger, context: TriggerContext) {
    super(scope, `Trigger${pascalCase(trigger.name)}`);
    this.context = context;
    const { deadLetters, aliasArn, encryptionKey, logGroup, includeExecutionData } = context;
    const draft = stateMachineRoleDraft(this);
    context.grantStart(draft);
    if (trigger.kind !== 'queue') deadLetters.grantSendMessages(draft);
    // CloudFormation names the state machine: the rule of the key that names it cannot be narrower.
    encryptionKey?.grantEncryptDecrypt(draft);
    const role = draft.create(this, {
      assumedBy: inAccount(this, 'states'),
      ...(context.permissionsBoundary && { permissionsBoundary: context.permissionsBoundary }),
    });
    this.stateMachine = createStateMachine(this, 'StateMachine', {
      role,
      logGroup,
      includeExecutionData,
      encryptionKey,
      stateMachineType: sfn.StateMachineType.EXPRESS,
      ...definitionProps(this, definition, {
        component: (path) => path,
        machine: () => aliasArn,
        queue: () => deadLetters.queueUrl,
      }),
    });
    const isEnabled = trigger.enabled && context.enabled;
    if (trigger.kind === 'schedule') this.schedule(trigger, isEnabled);
    else if (trigger.kind === 'queue') this.pipe(trigger, isEnabled);
    else this.rule(trigger, isEnabled);
  }

  /** The role by which a service starts the state machine, and does what else it has to. */
  private roleFor(service: string, action: string, allow: (draft: RoleDraft) => void = () => {}): iam.Role {
    const scope = new Construct(this, 'Source');
    const draft = new RoleDraft(scope);
    draft.allow([action], this.stateMachine.stateMachineArn);
    allow(draft);
    const { permissionsBoundary } = this.context;
    return draft.create(scope, {
      assumedBy: inAccount(this, service),
      ...(permissionsBoundary && { permissionsBoundary }),
    });
  }

  private schedule(trigger: ScheduleTrigger, enabled: boolean): void {
    const { deadLetters, encryptionKey } = this.context;
    const { account, region } = Stack.of(this);
    const role = this.roleFor('scheduler', 'states:StartExecution', (draft) => {
      deadLetters.grantSendMessages(draft);
      encryptionKey?.grantDecrypt(draft);
    });
    const event = scheduleEvent(trigger.name, {
      id: '<aws.scheduler.execution-id>',
      time: '<aws.scheduler.scheduled-time>',
      attempt: '<aws.scheduler.attempt-number>',
      arn: '<aws.scheduler.schedule-arn>',
      account,
      region,
    });
    new scheduler.CfnSchedule(this, 'Schedule', {
      scheduleExpression: trigger.schedule.expression,
      scheduleExpressionTimezone: trigger.timezone,
      flexibleTimeWindow: { mode: 'OFF' },
      state: enabled ? 'ENABLED' : 'DISABLED',
      ...(encryptionKey && { kmsKeyArn: encryptionKey.keyArn }),
      target: {
        arn: this.stateMachine.stateMachineArn,
        roleArn: role.roleArn,
        input: Stack.of(this).toJsonString(event),
        deadLetterConfig: { arn: deadLetters.queueArn },
        retryPolicy: RETRIES,
      },
    });
  }

  private rule(trigger: EventTrigger, enabled: boolean): void {
    const role = this.roleFor('events', 'states:StartExecution');
    new events.CfnRule(this, 'Rule', {
      description: `Starts a flow: ${trigger.name}`,
      eventPattern: trigger.pattern,
      ...(trigger.bus !== 'default' && { eventBusName: trigger.bus }),
      state: enabled ? 'ENABLED' : 'DISABLED',
      targets: [
        {
          id: 'Flow',
          arn: this.stateMachine.stateMachineArn,
          roleArn: role.roleArn,
          deadLetterConfig: { arn: this.context.deadLetters.queueArn },
          retryPolicy: {
            maximumEventAgeInSeconds: RETRIES.maximumEventAgeInSeconds,
            maximumRetryAttempts: RETRIES.maximumRetryAttempts,
          },
        },
      ],
    });
  }

  /** The pipe waits for the state machine: a message that did not start the flow stays in its queue, which counts how often. */
  private pipe({ queue, batchSize, pattern }: QueueTrigger, enabled: boolean): void {
    const source = queue.startsWith('arn:') ? queue : Stack.of(this).formatArn({ service: 'sqs', resource: queue });
    const role = this.roleFor('pipes', 'states:StartSyncExecution', (draft) =>
      draft.allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], source),
    );
    new pipes.CfnPipe(this, 'Pipe', {
      source,
      sourceParameters: {
        sqsQueueParameters: { batchSize },
        ...(pattern && { filterCriteria: { filters: [{ pattern: JSON.stringify(pattern) }] } }),
      },
      target: this.stateMachine.stateMachineArn,
      targetParameters: { stepFunctionStateMachineParameters: { invocationType: 'REQUEST_RESPONSE' } },
      roleArn: role.roleArn,
      desiredState: enabled ? 'RUNNING' : 'STOPPED',
    });
  }
}

/** A service, on behalf of this account and of no other. */
const inAccount = (scope: Construct, service: string): iam.IPrincipal =>
  new iam.ServicePrincipal(`${service}.amazonaws.com`, {
    conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
  });

/** Statuses of executions that completion targets are told of. */
export type CompletionStatus = 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** The events that Step Functions sends when an execution of a Standard state machine ends. Source: "Automating Step Functions event delivery with EventBridge". */
export const completionPattern = (scope: Construct, name: string, status: readonly CompletionStatus[]) => ({
  source: ['aws.states'],
  detailType: ['Step Functions Execution Status Change'],
  detail: { status: [...status], stateMachineArn: [stateMachineArn(scope, name)] },
});
